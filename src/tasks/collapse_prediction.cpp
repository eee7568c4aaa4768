#include "tasks/collapse_prediction.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <Eigen/Core>

#include "base/random.h"
#include "collapse/similarity.h"

namespace lengthwise {
namespace {

constexpr std::size_t kFewestPoints = 3;

std::optional<double> Pearson(std::span<const double> x, std::span<const double> y) {
  const auto count = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / count;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / count;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  if (xx < 1e-24 || yy < 1e-24) return std::nullopt;
  return xy / std::sqrt(xx * yy);
}

// A run in a bucket: its cosine (less the base run's, for a change), and the two scores whose difference is
// its loss.
struct Place {
  std::size_t bucket = 0;
  const ScoredRun* run = nullptr;
  double cosine = 0;
  const ScoredRun* less = nullptr;  // null: nothing
  double less_cosine = 0;
  const UnitScore* minus = nullptr;
  const UnitScore* plus = nullptr;  // null: 1
};

std::optional<double> LossOf(const Place& place, std::span<const UnitCount> units) {
  const std::optional<double> score = (*place.minus)(units);
  const std::optional<double> against = place.plus == nullptr ? 1.0 : (*place.plus)(units);
  if (!score || !against) return std::nullopt;
  return *against - *score;
}

// The cosine of a bucket of which these documents were drawn.
double DrawnCosine(const ScoredRun& run, double cosine, std::span<const UnitCount> documents) {
  double sum = 0, weight = 0;
  for (const UnitCount& document : documents) {
    sum += document.count * run.document_cosines[document.unit];
    weight += document.count;
  }
  return 2 * sum / weight - cosine;
}

double CosineOf(const Place& place, std::span<const UnitCount> documents) {
  const double cosine = DrawnCosine(*place.run, place.cosine, documents);
  return place.less == nullptr ? cosine : cosine - DrawnCosine(*place.less, place.less_cosine, documents);
}

std::optional<double> BucketCosineOf(const ScoredRun& run, const UnitBucket& bucket) {
  for (const BucketCosine& cosine : run.cosines) {
    if (cosine.from == bucket.from) return cosine.cosine;
  }
  return std::nullopt;
}

// Buckets that units and documents have in common.
class Buckets {
 public:
  explicit Buckets(const PredictionSample& sample)
      : units_(BucketUnits(sample.lengths.tokens, BucketKind::kFixed)),
        bucket_of_(sample.lengths.tokens.size(), units_.size()) {
    const std::vector<UnitBucket> documents = BucketUnits(sample.document_tokens, BucketKind::kFixed);
    for (std::size_t b = 0; b < units_.size(); ++b) {
      const auto same = std::find_if(documents.begin(), documents.end(),
                                     [&](const UnitBucket& bucket) { return bucket.from == units_[b].from; });
      documents_.emplace_back(same == documents.end() ? std::span<const std::uint32_t>{} : same->units,
                              sample.document_clusters);
      if (units_[b].units.size() < kMinimumForInterval) continue;
      for (const std::uint32_t unit : units_[b].units) bucket_of_[unit] = b;
    }
  }

  std::span<const UnitBucket> buckets() const { return units_; }
  // Of the buckets with enough of them, ascending.
  std::vector<std::uint32_t> Units() const {
    std::vector<std::uint32_t> units;
    for (std::uint32_t unit = 0; unit < bucket_of_.size(); ++unit) {
      if (bucket_of_[unit] < units_.size()) units.push_back(unit);
    }
    return units;
  }
  std::vector<std::vector<UnitCount>> ByBucket(std::span<const UnitCount> units) const {
    std::vector<std::vector<UnitCount>> by_bucket(units_.size());
    for (const UnitCount& unit : units) by_bucket[bucket_of_[unit.unit]].push_back(unit);
    return by_bucket;
  }
  std::vector<std::vector<UnitCount>> AllDocuments() const {
    std::vector<std::vector<UnitCount>> all;
    for (const UnitSampler& sampler : documents_) all.push_back(sampler.All());
    return all;
  }
  std::vector<std::vector<UnitCount>> DrawDocuments(std::uint64_t seed, std::size_t replicate) const {
    std::vector<std::vector<UnitCount>> drawn;
    // Other streams than those of the units.
    for (std::size_t b = 0; b < documents_.size(); ++b)
      drawn.push_back(documents_[b].Draw(Random(seed ^ (b + 1)).Next(), replicate));
    return drawn;
  }

 private:
  std::vector<UnitBucket> units_;
  std::vector<std::size_t> bucket_of_;  // by unit; as many as there are buckets: none
  std::vector<UnitSampler> documents_;  // by bucket
};

// The correlation over the places, each scored on the units of its bucket.
std::optional<double> Correlate(std::span<const Place> places, std::span<const std::vector<UnitCount>> units,
                                std::span<const std::vector<UnitCount>> documents) {
  std::vector<double> cosines, losses;
  for (const Place& place : places) {
    const std::optional<double> loss = LossOf(place, units[place.bucket]);
    if (!loss) return std::nullopt;
    cosines.push_back(CosineOf(place, documents[place.bucket]));
    losses.push_back(*loss);
  }
  return Pearson(cosines, losses);
}

Interval ResampledCorrelation(std::span<const Place> places, const Buckets& buckets, const Clusters& clusters,
                              const ResamplingOptions& options, ThreadPool& pool) {
  if (places.size() < kFewestPoints) return {};
  const UnitSampler sampler(buckets.Units(), clusters);
  Resampled resampled;
  resampled.clusters = sampler.clusters();
  resampled.effective_clusters = sampler.EffectiveClusters();
  resampled.estimates = {Correlate(places, buckets.ByBucket(sampler.All()), buckets.AllDocuments())};
  resampled.replicates.resize(1);
  std::vector<std::optional<double>> correlations(options.replicates);
  pool.For(options.replicates, [&](std::size_t r, std::size_t) {
    correlations[r] = Correlate(places, buckets.ByBucket(sampler.Draw(options.seed, r)),
                                buckets.DrawDocuments(options.seed, r));
  });
  for (const std::optional<double>& correlation : correlations) {
    if (correlation) resampled.replicates[0].push_back(*correlation);
  }
  return ScoreInterval(resampled, 0, options.confidence);
}

}  // namespace

DocumentCosines CosinesByLength(const VectorSet& vectors, std::span<const std::size_t> tokens) {
  DocumentCosines cosines;
  cosines.documents.resize(tokens.size(), 0.0);
  const auto row_of = [&](std::uint32_t text) {
    return Eigen::Map<const Eigen::VectorXf>(vectors.row(text).data(),
                                             static_cast<Eigen::Index>(vectors.dimension))
        .cast<double>()
        .eval();
  };
  for (const UnitBucket& bucket : BucketUnits(tokens, BucketKind::kFixed)) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(vectors.dimension));
    double squared_norms = 0;
    for (const std::uint32_t text : bucket.units) {
      const Eigen::VectorXd row = row_of(text);
      sum += row;
      squared_norms += row.squaredNorm();
    }
    const std::size_t count = bucket.units.size();
    cosines.buckets.push_back({bucket.from, bucket.to, count, MeanPairwiseCosine(sum, squared_norms, count)});
    for (std::size_t i = 0; i < count && count > 1; ++i) {
      const Eigen::VectorXd row = row_of(bucket.units[i]);
      cosines.documents[bucket.units[i]] =
          (row.dot(sum) - row.squaredNorm()) / static_cast<double>(count - 1);
    }
  }
  return cosines;
}

std::optional<CollapsePrediction> PredictLoss(std::span<const ScoredRun> runs, const PredictionSample& sample,
                                              const ResamplingOptions& options, ThreadPool& pool) {
  const auto bm25 = std::find_if(runs.begin(), runs.end(), [](const ScoredRun& run) {
    return run.description.kind == RunKind::kBm25 && run.description.corpus.empty();
  });
  const UnitScore* const against = bm25 == runs.end() ? nullptr : &bm25->metrics[0].score;
  CollapsePrediction prediction;
  prediction.loss_against = against == nullptr ? "1" : "bm25";

  const Buckets buckets(sample);
  std::vector<Place> base_places, changes;
  for (std::size_t b = 0; b < buckets.buckets().size(); ++b) {
    const UnitBucket& bucket = buckets.buckets()[b];
    const std::optional<double> base_cosine = BucketCosineOf(runs[0], bucket);
    if (bucket.units.size() < kMinimumForInterval || !base_cosine) continue;
    std::vector<UnitCount> units;
    for (const std::uint32_t unit : bucket.units) units.push_back({unit, 1});
    for (std::size_t r = 0; r < runs.size(); ++r) {
      // Another corpus has documents of other lengths: its cosines are not those of these buckets.
      if (!runs[r].description.corpus.empty()) continue;
      const std::optional<double> cosine = BucketCosineOf(runs[r], bucket);
      if (!cosine) continue;
      const UnitScore& score = runs[r].metrics[0].score;
      const Place place{b, &runs[r], *cosine, nullptr, 0, &score, against};
      const std::optional<double> loss = LossOf(place, units);
      if (!loss) continue;
      CollapsePoint point{
          RunName(runs[r].description), bucket.from, bucket.to, units.size(), *cosine, *loss, {}, {}};
      if (r == 0) {
        base_places.push_back(place);
      } else {
        const Place change{b, &runs[r], *cosine, &runs[0], *base_cosine, &score, &runs[0].metrics[0].score};
        point.cosine_change = *cosine - *base_cosine;
        point.loss_change = LossOf(change, units);
        changes.push_back(change);
      }
      prediction.points.push_back(std::move(point));
    }
  }
  if (base_places.empty()) return std::nullopt;
  prediction.across_buckets = ResampledCorrelation(base_places, buckets, sample.clusters, options, pool);
  prediction.across_changes = ResampledCorrelation(changes, buckets, sample.clusters, options, pool);
  return prediction;
}

}  // namespace lengthwise
