#include "report/evaluation_words.h"

#include <cmath>

namespace lengthwise {

const BucketedScores* Quarters(const RunResult& run) {
  for (const BucketedScores& group : run.by_length) {
    if (group.kind == BucketKind::kEqualCount && group.buckets.size() >= 2) return &group;
  }
  return nullptr;
}

Interval LongestLessShortest(const BucketedScores& quarters) {
  const Interval& shortest = quarters.buckets.front().score;
  const Interval& longest = quarters.buckets.back().score;
  if (!shortest.estimate || !longest.estimate) return {};
  const double difference = *longest.estimate - *shortest.estimate;
  if (!shortest.low || !longest.low) return {difference, std::nullopt, std::nullopt};
  return {difference,
          difference - std::hypot(*longest.estimate - *longest.low, *shortest.high - *shortest.estimate),
          difference + std::hypot(*longest.high - *longest.estimate, *shortest.estimate - *shortest.low)};
}

Interval DifferenceOf(const TaskResult& task, const RunResult& run) {
  if (run.description.IsSwept() && task.sweep) {
    for (const SweepCurve& curve : task.sweep->curves) {
      if (curve.from || curve.side != run.description.side) continue;
      for (std::size_t i = 0; i < curve.temperatures.size(); ++i) {
        if (curve.temperatures[i] == *run.description.temperature) return curve.differences[i];
      }
    }
    return {};
  }
  return run.comparison ? run.comparison->difference : Interval{};
}

}  // namespace lengthwise
