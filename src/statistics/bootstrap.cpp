#include "statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"

namespace lengthwise {
namespace {

std::vector<UnitCount> Draw(std::span<const std::uint32_t> units, std::uint64_t seed, std::size_t replicate) {
  // A stream of its own for every resample, so that threads may take them in any order.
  Random random(Random(seed).Next() ^ Random(replicate + 1).Next());
  std::vector<std::uint32_t> counts(units.size(), 0);
  for (std::size_t i = 0; i < units.size(); ++i) ++counts[random.Below(units.size())];
  std::vector<UnitCount> drawn;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (counts[i] > 0) drawn.push_back({units[i], counts[i]});
  }
  return drawn;
}

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

Resampled ResampleScores(std::span<const UnitScore* const> scores, std::span<const std::uint32_t> units,
                         const ResamplingOptions& options, ThreadPool& pool) {
  Resampled result;
  result.units = units.size();
  std::vector<UnitCount> all;
  for (const std::uint32_t unit : units) all.push_back({unit, 1});
  for (const UnitScore* score : scores) result.estimates.push_back((*score)(all));
  result.replicates.resize(scores.size());
  if (units.size() < kMinimumForInterval) return result;

  std::vector<std::vector<std::optional<double>>> by_replicate(options.replicates);
  pool.For(options.replicates, [&](std::size_t r, std::size_t) {
    const std::vector<UnitCount> drawn = Draw(units, options.seed, r);
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
  const double estimate = *resampled.estimates[score];
  return PercentileInterval(estimate, estimate, resampled.replicates[score], confidence, resampled.units,
                            resampled.units);
}

Interval DifferenceInterval(const Resampled& resampled, std::size_t a, std::size_t b, double confidence) {
  if (!resampled.estimates[a] || !resampled.estimates[b]) return {};
  const double estimate = *resampled.estimates[a] - *resampled.estimates[b];
  return PercentileInterval(estimate, estimate, Differences(resampled, a, b), confidence, resampled.units,
                            resampled.units);
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
  const double width = SortedQuantile(largest, confidence);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!intervals[i].estimate) continue;
    intervals[i].low = *intervals[i].estimate - width * spreads[i];
    intervals[i].high = *intervals[i].estimate + width * spreads[i];
  }
  return intervals;
}

}  // namespace lengthwise
