#include "report/evaluation_sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "lengthwise/evaluation_result.h"
#include "report/document_json.h"
#include "report/evaluation_words.h"

namespace lengthwise {
namespace {

std::string Score(const Interval& score) {
  if (!score.estimate) return "undefined";
  return Decimals(*score.estimate, 2);
}

std::string PluralOf(const std::string& length_of, const std::string& unit) {
  if (length_of == "relevant_document") return "documents";
  if (length_of == "query") return "queries";
  return unit + "s";
}

// "finds long documents worse than short ones"
std::string HowServed(const TaskResult& task, const BucketedScores& quarters) {
  const bool found = quarters.length_of == "relevant_document";
  const std::string things = PluralOf(quarters.length_of, task.unit);
  const Interval difference = LongestLessShortest(quarters);
  const bool worse = difference.high && *difference.high < 0;
  const bool better = difference.low && *difference.low > 0;
  if (!worse && !better) return fmt::format("serves long and short {} without a clear difference", things);
  return fmt::format("{} long {} {} than short ones", found ? "finds" : "serves", things,
                     worse ? "worse" : "better");
}

// "; BM25, which only matches words, has 0.82 and 0.86"
std::string Bm25Clause(const TaskResult& task) {
  for (const RunResult& run : task.runs) {
    if (run.description.kind != RunKind::kBm25 || !run.description.corpus.empty()) continue;
    const BucketedScores* const quarters = Quarters(run);
    if (quarters == nullptr) return "";
    return fmt::format("; BM25, which only matches words, has {} and {}",
                       Score(quarters->buckets.back().score), Score(quarters->buckets.front().score));
  }
  return "";
}

// A repair that could be used: not a baseline, a cut or another corpus, and not a fit that has seen what it
// is judged on.
bool IsRepair(const TaskResult& task, const RunDescription& run) {
  if (run == task.runs.front().description || run.kind != RunKind::kModel || run.cut || !run.corpus.empty())
    return false;
  const bool fitted = run.repair.post_process || run.matching.csls;
  return !fitted || task.kind != "retrieval" || run.held_out;
}

std::string NotTried(const std::vector<const RunResult*>& repairs, bool retrieval) {
  const auto tried = [&](const auto& has) {
    return std::any_of(repairs.begin(), repairs.end(),
                       [&](const RunResult* run) { return has(run->description); });
  };
  std::vector<std::string> left;
  if (retrieval && !tried([](const RunDescription& run) { return run.repair.long_input.has_value(); }))
    left.emplace_back("windows (--windows 128)");
  if (!tried([](const RunDescription& run) { return run.repair.post_process.has_value(); }))
    left.emplace_back("whitening (--postprocess whiten:0.3)");
  if (!tried([](const RunDescription& run) { return run.repair.temperature.has_value(); }))
    left.emplace_back("a temperature (--temperature 0.8,0.9)");
  return fmt::format("{}", fmt::join(left, ", "));
}

}  // namespace

std::string EvaluationSentence(std::span<const TaskResult> tasks, const std::string& model) {
  const TaskResult& task = tasks.front();
  const RunResult& base = task.runs.front();
  const std::string_view metric = MetricTitle(base.metrics[0].name);
  const BucketedScores* const quarters = Quarters(base);
  if (quarters == nullptr) {
    return fmt::format("On {}, {} scores {} {}; its {} {} do not differ enough in length to compare.",
                       task.task, model, metric, Score(base.metrics[0].score), task.units,
                       PluralOf(task.unit, task.unit));
  }
  return fmt::format(
      "On {}, {} {}: {} is {} for the longest quarter (from {} tokens) and {} for the shortest (up to "
      "{}){}.",
      task.task, model, HowServed(task, *quarters), metric, Score(quarters->buckets.back().score),
      quarters->buckets.back().from, Score(quarters->buckets.front().score), quarters->buckets.front().to,
      Bm25Clause(task));
}

std::string EvaluationAdvice(std::span<const TaskResult> tasks) {
  const TaskResult& task = tasks.front();
  std::vector<const RunResult*> repairs;
  const RunResult* best = nullptr;
  for (const RunResult& run : task.runs) {
    if (!IsRepair(task, run.description)) continue;
    repairs.push_back(&run);
    const Interval difference = DifferenceOf(task, run);
    if (!difference.low || *difference.low <= 0) continue;
    if (best == nullptr || *difference.estimate > *DifferenceOf(task, *best).estimate) best = &run;
  }
  const std::string left = NotTried(repairs, task.kind == "retrieval");
  if (repairs.empty()) return fmt::format("Try what may help: {}.", left);
  const std::size_t tried = repairs.size();
  std::string text = best == nullptr
                         ? (tried == 1 ? std::string("The one repair tried does not help clearly.")
                                       : fmt::format("None of the {} repairs tried helps clearly.", tried))
                         : fmt::format("Of {} repair{} tried, this helps most: {}. {} {} instead of {}.",
                                       tried, tried == 1 ? "" : "s", RepairInWords(best->description),
                                       MetricTitle(best->metrics[0].name), Score(best->metrics[0].score),
                                       Score(task.runs.front().metrics[0].score));
  if (!left.empty()) text += fmt::format(" Not tried: {}.", left);
  return text;
}

}  // namespace lengthwise
