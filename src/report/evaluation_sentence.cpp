#include "report/evaluation_sentence.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "tasks/metric_name.h"

namespace lengthwise {
namespace {

std::string Range(const Interval& interval, bool with_sign) {
  if (!interval.estimate) return "an undefined amount";
  const auto number = [&](double value) {
    // No "-0.000".
    if (std::abs(value) < 0.0005) value = 0;
    return with_sign ? fmt::format("{:+.3f}", value) : fmt::format("{:.3f}", value);
  };
  if (!interval.low) return number(*interval.estimate);
  return fmt::format("{} [{}, {}]", number(*interval.estimate), number(*interval.low),
                     number(*interval.high));
}

std::string LengthNoun(const std::string& length_of, const std::string& unit) {
  if (length_of == "relevant_document") return "relevant documents";
  return length_of == "query" ? "queries" : unit + "s";
}

// The first grouping into equal counts, where it has a shortest and a longest bucket.
const BucketedScores* Quarters(const RunResult& run) {
  for (const BucketedScores& group : run.by_length) {
    if (group.kind == BucketKind::kEqualCount && group.buckets.size() >= 2) return &group;
  }
  return nullptr;
}

const RunResult* BestTemperature(const TaskResult& task) {
  const RunResult* best = nullptr;
  for (const RunResult& run : task.runs) {
    if (!run.description.IsSwept() || !run.metrics[0].score.estimate) continue;
    if (best == nullptr || *run.metrics[0].score.estimate > *best->metrics[0].score.estimate) best = &run;
  }
  return best;
}

// Its difference, with the interval that allows for the number of temperatures.
Interval SweptDifference(const TaskResult& task, const RunDescription& run) {
  for (const SweepCurve& curve : task.sweep->curves) {
    if (curve.from || curve.side != run.side) continue;
    for (std::size_t i = 0; i < curve.temperatures.size(); ++i) {
      if (curve.temperatures[i] == *run.temperature) return curve.differences[i];
    }
  }
  return {};
}

std::string SweepSentence(const TaskResult& task) {
  const RunResult* const best = task.sweep ? BestTemperature(task) : nullptr;
  if (best == nullptr) return "";
  std::size_t tried = 0;
  for (const RunResult& run : task.runs) tried += run.description.IsSwept() ? 1 : 0;
  const bool retrieval = task.kind == "retrieval";
  std::string text = fmt::format(
      " Of {} sweep run{}, temperature {:.3g}{} does best: it changes the score by {}", tried,
      tried == 1 ? "" : "s", *best->description.temperature,
      retrieval ? fmt::format(" ({})", best->description.side == Side::kBoth
                                           ? "documents and queries"
                                           : fmt::format("{} alone", SideName(best->description.side)))
                : "",
      Range(SweptDifference(task, best->description), true));
  const BucketedScores* const quarters = Quarters(*best);
  if (quarters != nullptr) {
    text += fmt::format("; by {} for the shortest quarter and {} for the longest",
                        Range(quarters->buckets.front().difference.value_or(Interval{}), true),
                        Range(quarters->buckets.back().difference.value_or(Interval{}), true));
  }
  return text + ".";
}

}  // namespace

std::string EvaluationSentence(std::span<const TaskResult> tasks, const std::string& model) {
  const TaskResult& task = tasks.front();
  const RunResult& base = task.runs.front();
  std::string text = fmt::format("{} scores {} {} on {}", model, MetricForPeople(base.metrics[0].name),
                                 Range(base.metrics[0].score, false), task.task);
  const BucketedScores* const quarters = Quarters(base);
  if (quarters != nullptr) {
    text += fmt::format(
        ": {} for the quarter with the shortest {} (up to {} tokens), {} for the longest (from {})",
        Range(quarters->buckets.front().score, false), LengthNoun(quarters->length_of, task.unit),
        quarters->buckets.front().to, Range(quarters->buckets.back().score, false),
        quarters->buckets.back().from);
  }
  return text + "." + SweepSentence(task);
}

}  // namespace lengthwise
