#include "tasks/collapse_prediction.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <Eigen/Core>

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
  std::size_t run = 0;
  std::size_t bucket = 0;
  double cosine = 0;
  const UnitScore* minus = nullptr;
  const UnitScore* plus = nullptr;  // null: 1
};

std::optional<double> LossOf(const Place& place, std::span<const UnitCount> units) {
  const std::optional<double> score = (*place.minus)(units);
  const std::optional<double> against = place.plus == nullptr ? 1.0 : (*place.plus)(units);
  if (!score || !against) return std::nullopt;
  return *against - *score;
}

// The correlation over the places, each scored on the units of its bucket.
UnitScore Correlation(std::vector<Place> places, std::vector<std::size_t> bucket_of, std::size_t buckets) {
  return [places = std::move(places), bucket_of = std::move(bucket_of),
          buckets](std::span<const UnitCount> units) -> std::optional<double> {
    std::vector<std::vector<UnitCount>> by_bucket(buckets);
    for (const UnitCount& unit : units) {
      if (bucket_of[unit.unit] < buckets) by_bucket[bucket_of[unit.unit]].push_back(unit);
    }
    std::vector<double> cosines, losses;
    for (const Place& place : places) {
      const std::optional<double> loss = LossOf(place, by_bucket[place.bucket]);
      if (!loss) return std::nullopt;
      cosines.push_back(place.cosine);
      losses.push_back(*loss);
    }
    return Pearson(cosines, losses);
  };
}

std::optional<double> CosineOf(const ScoredRun& run, const UnitBucket& bucket) {
  for (const BucketCosine& cosine : run.cosines) {
    if (cosine.from == bucket.from) return cosine.cosine;
  }
  return std::nullopt;
}

}  // namespace

std::vector<BucketCosine> CosinesByLength(const VectorSet& vectors, std::span<const std::size_t> tokens) {
  std::vector<BucketCosine> cosines;
  for (const UnitBucket& bucket : BucketUnits(tokens, BucketKind::kFixed)) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(vectors.dimension));
    double squared_norms = 0;
    for (const std::uint32_t text : bucket.units) {
      const Eigen::Map<const Eigen::VectorXf> row(vectors.row(text).data(), sum.size());
      sum += row.cast<double>();
      squared_norms += row.cast<double>().squaredNorm();
    }
    cosines.push_back({bucket.from, bucket.to, bucket.units.size(),
                       MeanPairwiseCosine(sum, squared_norms, bucket.units.size())});
  }
  return cosines;
}

std::optional<CollapsePrediction> PredictLoss(std::span<const ScoredRun> runs, const UnitLengths& lengths,
                                              const ResamplingOptions& options, ThreadPool& pool) {
  const std::vector<UnitBucket> buckets = BucketUnits(lengths.tokens, BucketKind::kFixed);
  const auto bm25 = std::find_if(runs.begin(), runs.end(), [](const ScoredRun& run) {
    return run.description.kind == RunKind::kBm25 && run.description.corpus.empty();
  });
  const UnitScore* const against = bm25 == runs.end() ? nullptr : &bm25->metrics[0].score;
  CollapsePrediction prediction;
  prediction.loss_against = against == nullptr ? "1" : "bm25";

  std::vector<std::size_t> bucket_of(lengths.tokens.size(), buckets.size());
  std::vector<Place> base_places, changes;
  for (std::size_t b = 0; b < buckets.size(); ++b) {
    if (buckets[b].units.size() < kMinimumForInterval) continue;
    for (const std::uint32_t unit : buckets[b].units) bucket_of[unit] = b;
    std::vector<UnitCount> units;
    for (const std::uint32_t unit : buckets[b].units) units.push_back({unit, 1});
    const std::optional<double> base_cosine = CosineOf(runs[0], buckets[b]);
    for (std::size_t r = 0; r < runs.size() && base_cosine; ++r) {
      // Another corpus has documents of other lengths: its cosines are not those of these buckets.
      if (!runs[r].description.corpus.empty()) continue;
      const std::optional<double> cosine = CosineOf(runs[r], buckets[b]);
      const Place place{r, b, cosine.value_or(0), &runs[r].metrics[0].score, against};
      const std::optional<double> loss = LossOf(place, units);
      if (!cosine || !loss) continue;
      CollapsePoint point{
          RunName(runs[r].description), buckets[b].from, buckets[b].to, units.size(), *cosine, *loss, {}, {}};
      if (r == 0) {
        base_places.push_back(place);
      } else {
        const Place change{r, b, *cosine - *base_cosine, &runs[r].metrics[0].score,
                           &runs[0].metrics[0].score};
        point.cosine_change = change.cosine;
        point.loss_change = LossOf(change, units);
        changes.push_back(change);
      }
      prediction.points.push_back(std::move(point));
    }
  }
  if (base_places.empty()) return std::nullopt;

  std::vector<std::uint32_t> all;
  for (std::uint32_t unit = 0; unit < bucket_of.size(); ++unit) {
    if (bucket_of[unit] < buckets.size()) all.push_back(unit);
  }
  const auto correlate = [&](std::vector<Place> places) {
    if (places.size() < kFewestPoints) return Interval{};
    const UnitScore score = Correlation(std::move(places), bucket_of, buckets.size());
    const UnitScore* const scores[] = {&score};
    return ScoreInterval(ResampleScores(scores, all, options, pool), 0, options.confidence);
  };
  prediction.across_buckets = correlate(std::move(base_places));
  prediction.across_changes = correlate(std::move(changes));
  return prediction;
}

}  // namespace lengthwise
