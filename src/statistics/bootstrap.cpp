#include "statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "statistics/student.h"

namespace lengthwise {
namespace {

constexpr double kMany = 1000;  // clusters: what is left of Student's widening is below 0.2 %

std::vector<double> Differences(const Resampled& resampled, std::size_t a, std::size_t b) {
  std::vector<double> differences(resampled.replicates[a].size());
  for (std::size_t r = 0; r < differences.size(); ++r) {
    differences[r] = resampled.replicates[a][r] - resampled.replicates[b][r];
  }
  return differences;
}

double StandardDeviation(std::span<const double> values) {
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  double square = 0;
  for (const double value : values) square += (value - mean) * (value - mean);
  return std::sqrt(square / static_cast<double>(values.size() - 1));
}

double NormalQuantile(double p) {
  double low = 0, high = 10;
  while (high - low > 1e-12) {
    const double middle = (low + high) / 2;
    (std::erf(middle / std::sqrt(2.0)) < 2 * p - 1 ? low : high) = middle;
  }
  return low;
}

// Half the width of an interval in standard errors as the bootstrap finds them, which know of n values n - 1
// differences: Student's quantile times sqrt(n / (n - 1)).
double HalfWidth(const Resampled& resampled, double confidence) {
  const double p = (1 + confidence) / 2;
  if (resampled.effective_clusters > kMany) return NormalQuantile(p);
  const auto degrees = static_cast<std::size_t>(std::max(resampled.effective_clusters - 1, 1.0));
  const double n = static_cast<double>(degrees) + 1;
  return std::sqrt(n / (n - 1)) * StudentQuantile(p, degrees);
}

// The level whose percentiles lie so far apart in a normal distribution.
double LevelOf(const Resampled& resampled, double confidence) {
  return std::erf(HalfWidth(resampled, confidence) / std::sqrt(2.0));
}

Interval IntervalOf(const Resampled& resampled, double estimate, std::span<const double> replicates,
                    double confidence) {
  return PercentileInterval(estimate, estimate, replicates, LevelOf(resampled, confidence),
                            resampled.clusters, resampled.clusters);
}

}  // namespace

UnitScore MeanOfUnits(std::vector<std::optional<double>> values) {
  return [values = std::move(values)](std::span<const UnitCount> units) -> std::optional<double> {
    double sum = 0;
    double weight = 0;
    for (const UnitCount& unit : units) {
      if (!values[unit.unit]) continue;
      sum += unit.count * *values[unit.unit];
      weight += unit.count;
    }
    if (weight == 0) return std::nullopt;
    return sum / weight;
  };
}

UnitScore MeanOfUnits(std::span<const double> values) {
  return MeanOfUnits(std::vector<std::optional<double>>(values.begin(), values.end()));
}

Resampled ResampleScores(std::span<const UnitScore* const> scores, std::span<const std::uint32_t> units,
                         const ResamplingOptions& options, ThreadPool& pool, const Clusters& clusters) {
  const UnitSampler sampler(units, clusters);
  Resampled result;
  result.clusters = sampler.clusters();
  result.effective_clusters = sampler.EffectiveClusters();
  const std::vector<UnitCount> all = sampler.All();
  for (const UnitScore* score : scores) result.estimates.push_back((*score)(all));
  result.replicates.resize(scores.size());
  if (std::min(sampler.clusters(), units.size()) < kMinimumForInterval) return result;

  std::vector<std::vector<std::optional<double>>> by_replicate(options.replicates);
  pool.For(options.replicates, [&](std::size_t r, std::size_t) {
    const std::vector<UnitCount> drawn = sampler.Draw(options.seed, r);
    for (std::size_t s = 0; s < scores.size(); ++s) {
      by_replicate[r].push_back(result.estimates[s] ? (*scores[s])(drawn) : 0.0);
    }
  });
  for (const auto& values : by_replicate) {
    if (std::find(values.begin(), values.end(), std::nullopt) != values.end()) continue;
    for (std::size_t s = 0; s < scores.size(); ++s) result.replicates[s].push_back(*values[s]);
  }
  return result;
}

Interval ScoreInterval(const Resampled& resampled, std::size_t score, double confidence) {
  if (!resampled.estimates[score]) return {};
  return IntervalOf(resampled, *resampled.estimates[score], resampled.replicates[score], confidence);
}

Interval DifferenceInterval(const Resampled& resampled, std::size_t a, std::size_t b, double confidence) {
  if (!resampled.estimates[a] || !resampled.estimates[b]) return {};
  return IntervalOf(resampled, *resampled.estimates[a] - *resampled.estimates[b],
                    Differences(resampled, a, b), confidence);
}

std::vector<Interval> SimultaneousDifferences(const Resampled& resampled, std::span<const std::size_t> scores,
                                              std::size_t base, double confidence) {
  const std::size_t replicates = resampled.replicates[base].size();
  std::vector<Interval> intervals(scores.size());
  std::vector<double> spreads(scores.size(), 0.0);
  std::vector<double> largest(replicates, 0.0);  // of each resample, over the differences
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!resampled.estimates[scores[i]] || !resampled.estimates[base]) continue;
    const double estimate = *resampled.estimates[scores[i]] - *resampled.estimates[base];
    intervals[i].estimate = estimate;
    if (replicates < 2) continue;
    const std::vector<double> differences = Differences(resampled, scores[i], base);
    spreads[i] = StandardDeviation(differences);
    if (spreads[i] == 0) continue;
    for (std::size_t r = 0; r < replicates; ++r) {
      largest[r] = std::max(largest[r], std::abs(differences[r] - estimate) / spreads[i]);
    }
  }
  if (replicates < 2) return intervals;
  std::sort(largest.begin(), largest.end());
  const double widening = HalfWidth(resampled, confidence) / NormalQuantile((1 + confidence) / 2);
  const double width = widening * SortedQuantile(largest, confidence);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!intervals[i].estimate) continue;
    intervals[i].low = *intervals[i].estimate - width * spreads[i];
    intervals[i].high = *intervals[i].estimate + width * spreads[i];
  }
  return intervals;
}

}  // namespace lengthwise
