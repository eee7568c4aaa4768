#include <algorithm>
#include <numeric>
#include <optional>

#include "statistics/halves.h"
#include "tasks/compare_runs.h"

namespace lengthwise {
namespace {

// The base run, then the runs of one side by ascending temperature.
struct SideRuns {
  Side side = Side::kBoth;
  std::vector<const UnitScore*> scores;
  std::vector<double> temperatures;  // of scores[1], ...

  std::vector<std::size_t> places() const {
    std::vector<std::size_t> places(temperatures.size());
    std::iota(places.begin(), places.end(), std::size_t{1});
    return places;
  }
};

std::vector<SideRuns> RunsBySide(std::span<const ScoredRun> runs) {
  std::vector<SideRuns> sides;
  for (const Side side : {Side::kBoth, Side::kDocuments, Side::kQueries}) {
    std::vector<const ScoredRun*> swept;
    for (const ScoredRun& run : runs) {
      if (run.description.IsSwept() && run.description.side == side) swept.push_back(&run);
    }
    if (swept.empty()) continue;
    std::stable_sort(swept.begin(), swept.end(), [](const ScoredRun* a, const ScoredRun* b) {
      return *a->description.repair.temperature < *b->description.repair.temperature;
    });
    SideRuns result{side, {&runs[0].metrics[0].score}, {}};
    for (const ScoredRun* run : swept) {
      result.scores.push_back(&run->metrics[0].score);
      result.temperatures.push_back(double{*run->description.repair.temperature});
    }
    sides.push_back(std::move(result));
  }
  return sides;
}

SweepCurve Curve(const SideRuns& side, std::span<const std::uint32_t> units, const Clusters& clusters,
                 const ResamplingOptions& options, ThreadPool& pool) {
  SweepCurve curve;
  curve.side = side.side;
  curve.count = units.size();
  curve.temperatures = side.temperatures;
  const Resampled resampled = ResampleScores(side.scores, units, options, pool, clusters);
  curve.differences = SimultaneousDifferences(resampled, side.places(), 0, options.confidence);
  return curve;
}

// Absent where the unit's two clusters are of different halves.
std::optional<std::size_t> HalfOfUnit(std::uint32_t unit, std::span<const std::string> ids,
                                      const Clusters& clusters, std::uint64_t seed) {
  if (clusters.of.empty()) return HalfOf(ids[unit], seed);
  const std::size_t half = HalfOf(clusters.names[clusters.of[unit]], seed);
  if (clusters.second.empty() || HalfOf(clusters.names[clusters.second[unit]], seed) == half) return half;
  return std::nullopt;
}

std::optional<double> ScoreOf(const UnitScore& score, std::span<const std::uint32_t> units) {
  std::vector<UnitCount> counts;
  for (const std::uint32_t unit : units) counts.push_back({unit, 1});
  return score(counts);
}

std::optional<SweepChoice> Choose(const SideRuns& side, std::span<const std::uint32_t> validation,
                                  std::span<const std::uint32_t> test, const Clusters& clusters,
                                  const ResamplingOptions& options, ThreadPool& pool) {
  SweepChoice choice;
  choice.side = side.side;
  choice.validation_units = validation.size();
  choice.test_units = test.size();
  const std::optional<double> base = ScoreOf(*side.scores[0], validation);
  if (!base) return std::nullopt;
  std::size_t chosen = 0;
  for (std::size_t i = 1; i < side.scores.size(); ++i) {
    const std::optional<double> score = ScoreOf(*side.scores[i], validation);
    if (!score || *score - *base <= choice.validation_difference) continue;
    choice.validation_difference = *score - *base;
    choice.temperature = side.temperatures[i - 1];
    chosen = i;
  }
  const UnitScore* const scores[] = {side.scores[0], side.scores[chosen]};
  const Resampled resampled = ResampleScores(scores, test, options, pool, clusters);
  choice.test_difference = DifferenceInterval(resampled, 1, 0, options.confidence);
  return choice;
}

}  // namespace

std::optional<Sweep> SummariseSweep(std::span<const ScoredRun> runs, std::span<const std::string> ids,
                                    std::span<const UnitLengths> lengths, const ResamplingOptions& options,
                                    ThreadPool& pool, const Clusters& clusters) {
  const std::vector<SideRuns> sides = RunsBySide(runs);
  if (sides.empty()) return std::nullopt;
  std::vector<std::uint32_t> all(ids.size());
  std::iota(all.begin(), all.end(), 0U);
  std::vector<std::uint32_t> halves[2];
  for (const std::uint32_t unit : all) {
    const std::optional<std::size_t> half = HalfOfUnit(unit, ids, clusters, options.seed);
    if (half) halves[*half].push_back(unit);
  }

  Sweep sweep;
  for (const SideRuns& side : sides) {
    sweep.curves.push_back(Curve(side, all, clusters, options, pool));
    for (const UnitLengths& length : lengths) {
      for (const UnitBucket& bucket : BucketUnits(length.tokens, BucketKind::kFixed)) {
        SweepCurve curve = Curve(side, bucket.units, clusters, options, pool);
        curve.from = bucket.from;
        curve.to = bucket.to;
        curve.length_of = length.of;
        sweep.curves.push_back(std::move(curve));
      }
    }
    for (std::size_t half = 0; half < 2; ++half) {
      const std::optional<SweepChoice> choice =
          Choose(side, halves[half], halves[1 - half], clusters, options, pool);
      if (choice) sweep.choices.push_back(*choice);
    }
  }
  return sweep;
}

}  // namespace lengthwise
