#include "tasks/compare_runs.h"

#include <numeric>
#include <utility>

namespace lengthwise {
namespace {

std::vector<std::uint32_t> AllUnits(std::size_t count) {
  std::vector<std::uint32_t> units(count);
  std::iota(units.begin(), units.end(), 0U);
  return units;
}

// The metrics of all runs, over all units.
void ScoreWhole(std::span<const ScoredRun> runs, std::span<const std::uint32_t> units,
                const Clusters& clusters, const ResamplingOptions& options, ThreadPool& pool,
                std::vector<RunResult>& results) {
  // One metric at a time: a resample in which one is not defined must not cost the others theirs.
  for (std::size_t m = 0; m < runs[0].metrics.size(); ++m) {
    std::vector<const UnitScore*> scores;
    for (const ScoredRun& run : runs) scores.push_back(&run.metrics[m].score);
    ResamplingOptions how = options;
    if (!runs[0].metrics[m].resampled) how.replicates = 0;
    const Resampled resampled = ResampleScores(scores, units, how, pool, clusters);
    for (std::size_t r = 0; r < runs.size(); ++r) {
      results[r].metrics.push_back(
          {runs[r].metrics[m].name, ScoreInterval(resampled, r, options.confidence)});
      if (m != 0 || r == 0) continue;
      results[r].comparison = RunComparison{};
      results[r].comparison->difference = DifferenceInterval(resampled, r, 0, options.confidence);
    }
  }
}

void CountUnits(const ScoredRun& run, const ScoredRun& base, std::span<const std::string> ids,
                RunComparison& comparison) {
  comparison.by_unit = !run.values.empty();
  for (std::size_t u = 0; u < run.values.size(); ++u) {
    const double value = run.values[u];
    const double before = base.values[u];
    comparison.better += value > before ? 1 : 0;
    comparison.worse += value < before ? 1 : 0;
    if (value > 0 && before == 0) comparison.rescued.push_back(ids[u]);
    if (value == 0 && before > 0) comparison.lost.push_back(ids[u]);
  }
}

void ScoreBuckets(std::span<const ScoredRun> runs, const UnitLengths& lengths, BucketKind kind,
                  const Clusters& clusters, const ResamplingOptions& options, ThreadPool& pool,
                  std::vector<RunResult>& results) {
  std::vector<const UnitScore*> scores;
  for (const ScoredRun& run : runs) scores.push_back(&run.metrics[0].score);
  for (RunResult& result : results) result.by_length.push_back({lengths.of, kind, {}});
  for (const UnitBucket& bucket : BucketUnits(lengths.tokens, kind)) {
    const Resampled resampled = ResampleScores(scores, bucket.units, options, pool, clusters);
    for (std::size_t r = 0; r < runs.size(); ++r) {
      BucketScore score{bucket.from,
                        bucket.to,
                        bucket.length,
                        bucket.units.size(),
                        ScoreInterval(resampled, r, options.confidence),
                        std::nullopt};
      if (r > 0) score.difference = DifferenceInterval(resampled, r, 0, options.confidence);
      results[r].by_length.back().buckets.push_back(std::move(score));
    }
  }
}

}  // namespace

std::vector<RunResult> CompareRuns(std::span<const ScoredRun> runs, std::span<const std::string> ids,
                                   std::span<const UnitLengths> lengths, const ResamplingOptions& options,
                                   ThreadPool& pool, const Clusters& clusters) {
  std::vector<RunResult> results;
  for (const ScoredRun& run : runs) {
    RunResult result;
    result.description = run.description;
    result.shares = run.shares;
    result.cosines = run.cosines;
    results.push_back(std::move(result));
  }
  ScoreWhole(runs, AllUnits(ids.size()), clusters, options, pool, results);
  for (std::size_t r = 1; r < runs.size(); ++r) CountUnits(runs[r], runs[0], ids, *results[r].comparison);
  for (const UnitLengths& length : lengths) {
    ScoreBuckets(runs, length, BucketKind::kFixed, clusters, options, pool, results);
    ScoreBuckets(runs, length, BucketKind::kEqualCount, clusters, options, pool, results);
  }
  return results;
}

}  // namespace lengthwise
