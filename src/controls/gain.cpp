#include "controls/gain.h"

#include <cmath>

#include <Eigen/Core>

#include "base/fail.h"
#include "collapse/resampling.h"
#include "statistics/resampled_value.h"

namespace lengthwise {
namespace {

// A gain and its value in every resample. Not a number where it is not defined, which stays in this file.
struct Gain {
  double estimate = 0;
  Eigen::VectorXd replicates;
};

struct PartGains {
  Gain hc, dc, relative;
};

// Energies of one length, as sums over documents: those of the documents themselves, and of every resample.
// Columns are [layer][place][HC, DC].
struct EnergySums {
  Eigen::RowVectorXd estimate;
  Eigen::MatrixXd replicates;

  Gain Ratio(Eigen::Index out, Eigen::Index in) const {
    return {std::sqrt(estimate(out) / estimate(in)),
            (replicates.col(out).array() / replicates.col(in).array()).sqrt()};
  }
};

EnergySums SumEnergies(std::span<const TruncatedDocument> documents, std::size_t length, std::size_t layers,
                       const Eigen::MatrixXd& weights) {
  const std::size_t places = layers * kEnergyPlaces;
  Eigen::MatrixXd energies(static_cast<Eigen::Index>(documents.size()),
                           static_cast<Eigen::Index>(2 * places));
  for (std::size_t d = 0; d < documents.size(); ++d) {
    const std::vector<StateEnergy>& measured = documents[d].probes.at(length).energies;
    for (std::size_t p = 0; p < places; ++p) {
      energies(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(2 * p)) = measured.at(p).hc;
      energies(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(2 * p + 1)) = measured.at(p).dc;
    }
  }
  if (!energies.allFinite()) {
    Fail(ErrorCode::kBadInput, "token states are not finite; check the weights and the temperature");
  }
  return {energies.colwise().sum(), weights.transpose() * energies};
}

Gain operator/(const Gain& a, const Gain& b) {
  return {a.estimate / b.estimate, a.replicates.array() / b.replicates.array()};
}

PartGains GainsOf(const EnergySums& sums, std::size_t layer, const LayerPart& part) {
  const auto column = [&](LayerPlace place) {
    return static_cast<Eigen::Index>(2 * (layer * kEnergyPlaces + static_cast<std::size_t>(place)));
  };
  PartGains gains;
  gains.hc = sums.Ratio(column(part.to), column(part.from));
  gains.dc = sums.Ratio(column(part.to) + 1, column(part.from) + 1);
  gains.relative = gains.hc / gains.dc;
  return gains;
}

Gain GeometricMean(std::span<const Gain* const> gains) {
  Gain mean{0, Eigen::VectorXd::Zero(gains[0]->replicates.size())};
  for (const Gain* gain : gains) {
    mean.estimate += std::log(gain->estimate);
    mean.replicates.array() += gain->replicates.array().log();
  }
  const auto count = static_cast<double>(gains.size());
  return {std::exp(mean.estimate / count), (mean.replicates.array() / count).exp()};
}

PartGains MeanOverLayers(std::span<const PartGains> layers) {
  const auto mean = [&](Gain PartGains::*member) {
    std::vector<const Gain*> gains;
    for (const PartGains& layer : layers) gains.push_back(&(layer.*member));
    return GeometricMean(gains);
  };
  return {mean(&PartGains::hc), mean(&PartGains::dc), mean(&PartGains::relative)};
}

Interval IntervalOf(const Gain& gain, double confidence, std::size_t documents) {
  if (!std::isfinite(gain.estimate)) return {};
  if (!gain.replicates.allFinite()) return {gain.estimate, std::nullopt, std::nullopt};
  return PercentileInterval(gain.estimate, gain.estimate,
                            {gain.replicates.data(), static_cast<std::size_t>(gain.replicates.size())},
                            confidence, documents, documents);
}

}  // namespace

const char* LayerPartName(const LayerPart& part) {
  if (part == kWholeLayer) return "layer";
  switch (part.to) {
    case LayerPlace::kAttention:
      return "attention";
    case LayerPlace::kAttentionResidual:
      return "attention_residual";
    case LayerPlace::kAttentionNorm:
      return "attention_norm";
    case LayerPlace::kFeedForward:
      return "feed_forward";
    case LayerPlace::kFeedForwardResidual:
      return "feed_forward_residual";
    case LayerPlace::kOutputNorm:
      return "output_norm";
    case LayerPlace::kInput:
    case LayerPlace::kQkv:
    case LayerPlace::kContext:
      break;
  }
  Fail(ErrorCode::kInternal, "a part of a layer that has no name");
}

std::vector<GainResult> MeasureGains(std::span<const TruncatedDocument> documents,
                                     std::span<const std::size_t> lengths, std::size_t layers,
                                     const ResamplingOptions& resampling, ThreadPool& pool) {
  if (documents.size() < 2) return {};
  const Eigen::MatrixXd weights = ResampleWeights(documents.size(), resampling.replicates, resampling.seed);
  std::vector<std::vector<GainResult>> by_length(lengths.size());
  pool.For(lengths.size(), [&](std::size_t l, std::size_t) {
    const EnergySums sums = SumEnergies(documents, l, layers, weights);
    const auto add = [&](std::optional<std::size_t> layer, const LayerPart& part, const PartGains& gains) {
      by_length[l].push_back({lengths[l], layer, part, documents.size(),
                              IntervalOf(gains.hc, resampling.confidence, documents.size()),
                              IntervalOf(gains.dc, resampling.confidence, documents.size()),
                              IntervalOf(gains.relative, resampling.confidence, documents.size())});
    };
    std::vector<std::vector<PartGains>> by_part(std::size(kLayerParts));
    for (std::size_t layer = 0; layer < layers; ++layer) {
      for (std::size_t p = 0; p < std::size(kLayerParts); ++p) {
        by_part[p].push_back(GainsOf(sums, layer, kLayerParts[p]));
        add(layer, kLayerParts[p], by_part[p].back());
      }
    }
    for (std::size_t p = 0; p < std::size(kLayerParts); ++p)
      add(std::nullopt, kLayerParts[p], MeanOverLayers(by_part[p]));
  });
  std::vector<GainResult> results;
  for (std::vector<GainResult>& rows : by_length) results.insert(results.end(), rows.begin(), rows.end());
  return results;
}

}  // namespace lengthwise
