#include "controls/ablation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <Eigen/Core>

#include "base/fail.h"
#include "collapse/collapse_index.h"
#include "collapse/resampling.h"
#include "collapse/similarity.h"
#include "collapse/truncation.h"
#include "statistics/resampled_value.h"

namespace lengthwise {
namespace {

constexpr std::size_t kShortestAblated = 32;

struct Slope {
  double estimate = 0;
  std::vector<double> replicates;
};

// Least-squares slopes of the mean pairwise cosines of one variant.
Slope SlopeOf(const std::vector<AblationVectors>& vectors, std::span<const std::size_t> lengths,
              std::size_t dimension, const Eigen::MatrixXd& weights) {
  std::vector<double> cosines;
  std::vector<std::vector<double>> resampled;
  for (const AblationVectors& at_length : vectors) {
    FloatRowMatrix rows = Eigen::Map<const FloatRowMatrix>(
        at_length.data(), static_cast<Eigen::Index>(at_length.size() / dimension),
        static_cast<Eigen::Index>(dimension));
    if (!rows.allFinite()) {
      Fail(ErrorCode::kBadInput,
           "a vector of the ablation is not finite; check the weights and the temperature");
    }
    for (Eigen::Index r = 0; r < rows.rows(); ++r) {
      const double norm = rows.row(r).cast<double>().norm();
      if (norm > 0) rows.row(r) = (rows.row(r).cast<double>() / norm).cast<float>();
    }
    cosines.push_back(*MeanPairwiseCosine(rows));
    resampled.push_back(weights.cols() > 0 ? ResampledCosines(rows, weights) : std::vector<double>{});
  }
  Slope slope;
  slope.estimate = SlopePerDoubling(lengths, cosines);
  for (Eigen::Index r = 0; r < weights.cols(); ++r) {
    for (std::size_t l = 0; l < lengths.size(); ++l) cosines[l] = resampled[l][static_cast<std::size_t>(r)];
    slope.replicates.push_back(SlopePerDoubling(lengths, cosines));
  }
  return slope;
}

Slope Difference(const Slope& a, const Slope& b) {
  Slope difference{a.estimate - b.estimate, a.replicates};
  for (std::size_t r = 0; r < b.replicates.size(); ++r) difference.replicates[r] -= b.replicates[r];
  return difference;
}

double StandardDeviation(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1));
}

// Simultaneous intervals of one mode's heads.
void SetSimultaneous(std::span<const Slope> carried, double confidence, std::span<AblatedHead> heads) {
  const std::size_t replicates = carried[0].replicates.size();
  if (!heads[0].carried.low || replicates < 2) return;
  std::vector<double> deviations(carried.size());
  std::vector<double> largest(replicates, 0.0);
  for (std::size_t h = 0; h < carried.size(); ++h) {
    deviations[h] = StandardDeviation(carried[h].replicates);
    // A head that changes nothing at all does not vary.
    if (deviations[h] <= 0) continue;
    for (std::size_t r = 0; r < replicates; ++r) {
      largest[r] =
          std::max(largest[r], std::abs(carried[h].replicates[r] - carried[h].estimate) / deviations[h]);
    }
  }
  std::sort(largest.begin(), largest.end());
  const double critical = SortedQuantile(largest, confidence);
  for (std::size_t h = 0; h < carried.size(); ++h) {
    heads[h].simultaneous_low = carried[h].estimate - critical * deviations[h];
    heads[h].simultaneous_high = carried[h].estimate + critical * deviations[h];
  }
}

}  // namespace

const char* HeadOutputName(HeadOutput mode) {
  switch (mode) {
    case HeadOutput::kDc:
      return "dc";
    case HeadOutput::kHc:
      return "hc";
    case HeadOutput::kZero:
      return "zero";
    case HeadOutput::kKeep:
      break;
  }
  return "keep";
}

void CheckAblationOptions(const AblationOptions& options, const Session& embedder) {
  for (std::size_t m = 0; m < options.modes.size(); ++m) {
    const auto before = options.modes.begin() + static_cast<std::ptrdiff_t>(m);
    if (std::find(options.modes.begin(), before, options.modes[m]) != before)
      Fail(ErrorCode::kBadInput, "the ablation {} is asked for twice", HeadOutputName(options.modes[m]));
  }
  CheckLengths(options.lengths, embedder, "an ablation length", "ablation lengths");
  if (options.lengths.size() == 1)
    Fail(ErrorCode::kBadInput, "an ablation compares lengths, and needs two of them at least");
  if (options.documents < 2)
    Fail(ErrorCode::kBadInput, "an ablation needs at least 2 documents, since it compares pairs");
}

std::vector<std::size_t> AblationLengths(std::span<const std::size_t> lengths) {
  const auto first = std::lower_bound(lengths.begin(), lengths.end(), kShortestAblated);
  const auto begin = first == lengths.end() ? lengths.begin() : first;
  const auto from = static_cast<double>(*begin);
  const auto to = static_cast<double>(lengths.back());
  const auto distance = [&](std::size_t length) {
    return std::abs(std::log(static_cast<double>(length)) - (std::log(from) + std::log(to)) / 2);
  };
  const auto middle = std::min_element(
      begin, lengths.end(), [&](std::size_t a, std::size_t b) { return distance(a) < distance(b); });
  std::vector<std::size_t> chosen = {*begin, *middle, lengths.back()};
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

std::size_t AblationPlan::Tokens(std::size_t layers, std::size_t heads, std::size_t modes) const {
  const std::size_t once = documents.size() * std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
  // A head of layer l costs the layers from l on: (layers + 1) / 2 of `layers` on average.
  return once + once * modes * heads * (layers + 1) / 2;
}

AblationPlan PlanAblation(std::span<const TokenizedDocument> documents,
                          std::span<const std::size_t> truncated_lengths, const AblationOptions& options,
                          std::vector<std::string>& notes) {
  AblationPlan plan;
  plan.lengths = options.lengths;
  if (plan.lengths.empty() && !truncated_lengths.empty()) plan.lengths = AblationLengths(truncated_lengths);
  for (const TokenizedDocument& document : documents) {
    if (plan.lengths.size() < 2 || plan.documents.size() == options.documents) break;
    if (document.tokens >= plan.lengths.back()) plan.documents.push_back(&document);
  }
  if (plan.documents.size() < 2) {
    plan.documents.clear();
    notes.push_back(
        plan.lengths.size() < 2
            ? std::string("No ablation: too few documents are long enough for two lengths.")
            : fmt::format("No ablation: fewer than 2 documents have {} tokens.", plan.lengths.back()));
  }
  return plan;
}

AblationResult CompareAblated(const AblationVariants& variants, std::span<const std::size_t> lengths,
                              std::span<const HeadOutput> modes, std::size_t layers, std::size_t heads,
                              std::size_t dimension, const ResamplingOptions& resampling, ThreadPool& pool) {
  AblationResult result;
  result.documents = variants.vectors[0][0].size() / dimension;
  result.lengths.assign(lengths.begin(), lengths.end());
  result.head_count = layers * heads;
  const Eigen::MatrixXd weights = ResampleWeights(result.documents, resampling.replicates, resampling.seed);
  std::vector<Slope> slopes(variants.vectors.size());
  pool.For(slopes.size(), [&](std::size_t v, std::size_t) {
    slopes[v] = SlopeOf(variants.vectors[v], lengths, dimension, weights);
  });
  const auto interval = [&](const Slope& slope) {
    return PercentileInterval(slope.estimate, slope.estimate, slope.replicates, resampling.confidence,
                              result.documents, result.documents);
  };
  result.index = interval(slopes[0]);
  for (std::size_t m = 0; m < modes.size(); ++m) {
    std::vector<Slope> carried;
    std::vector<AblatedHead> ablated;
    for (std::size_t h = 0; h < result.head_count; ++h) {
      const Slope& without = slopes[1 + m * result.head_count + h];
      carried.push_back(Difference(slopes[0], without));
      ablated.push_back({modes[m], h / heads, h % heads, 0, interval(without), interval(carried.back()),
                         std::nullopt, std::nullopt});
    }
    SetSimultaneous(carried, resampling.confidence, ablated);
    std::stable_sort(ablated.begin(), ablated.end(), [](const AblatedHead& a, const AblatedHead& b) {
      return *a.carried.estimate > *b.carried.estimate;
    });
    for (std::size_t r = 0; r < ablated.size(); ++r) ablated[r].rank = r + 1;
    result.heads.insert(result.heads.end(), ablated.begin(), ablated.end());
  }
  return result;
}

}  // namespace lengthwise
