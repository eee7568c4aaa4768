#include "report/evaluation_detail.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "lengthwise/evaluation_result.h"
#include "report/evaluation_words.h"

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

const RunResult* BestTemperature(const TaskResult& task) {
  const RunResult* best = nullptr;
  for (const RunResult& run : task.runs) {
    if (!run.description.IsSwept() || !run.metrics[0].score.estimate) continue;
    if (best == nullptr || *run.metrics[0].score.estimate > *best->metrics[0].score.estimate) best = &run;
  }
  return best;
}

std::string SweepSentence(const TaskResult& task) {
  const RunResult* const best = task.sweep ? BestTemperature(task) : nullptr;
  if (best == nullptr) return "";
  std::size_t tried = 0;
  for (const RunResult& run : task.runs) tried += run.description.IsSwept() ? 1 : 0;
  const bool retrieval = task.kind == "retrieval";
  std::string text = fmt::format(
      " Of {} run{} at another temperature, {:.3g}{} does best: it changes the score by {}", tried,
      tried == 1 ? "" : "s", *best->description.repair.temperature,
      retrieval ? fmt::format(" ({})", best->description.side == Side::kBoth
                                           ? "documents and queries"
                                           : fmt::format("{} alone", SideName(best->description.side)))
                : "",
      Range(DifferenceOf(task, *best), true));
  const BucketedScores* const quarters = Quarters(*best);
  if (quarters != nullptr) {
    text += fmt::format("; by {} for the shortest quarter and {} for the longest",
                        Range(quarters->buckets.front().difference.value_or(Interval{}), true),
                        Range(quarters->buckets.back().difference.value_or(Interval{}), true));
  }
  return text + ".";
}

}  // namespace

std::string EvaluationDetail(std::span<const TaskResult> tasks, const std::string& model) {
  const TaskResult& task = tasks.front();
  const RunResult& base = task.runs.front();
  std::string text = fmt::format("{} scores {} {} on {}", model, MetricTitle(base.metrics[0].name),
                                 Range(base.metrics[0].score, false), task.task);
  const BucketedScores* const quarters = Quarters(base);
  if (quarters != nullptr) {
    text += fmt::format(
        ": {} for the quarter with the shortest {} (up to {} tokens), {} for the longest (from {})",
        Range(quarters->buckets.front().score, false), LengthNoun(quarters->length_of, task.unit),
        quarters->buckets.front().to, Range(quarters->buckets.back().score, false),
        quarters->buckets.back().from);
    text += fmt::format("; longest less shortest {}", Range(LongestLessShortest(*quarters), true));
  }
  return text + "." + SweepSentence(task);
}

}  // namespace lengthwise
