#include "tasks/evaluate.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>
#include <variant>

#include "base/fail.h"
#include "collapse/truncation.h"
#include "embedding/post_process_check.h"
#include "tasks/compare_runs.h"
#include "tasks/corpus_comparison.h"
#include "tasks/evaluation_runs.h"
#include "tasks/prepared_task.h"

namespace lengthwise {
namespace {

// The fewest queries that a half holds, which what is held out looks at.
std::size_t SmallestHalf(std::span<const HeldOutSplit> splits) {
  std::size_t smallest = splits[0].queries.size();
  for (const HeldOutSplit& split : splits) {
    const auto second =
        static_cast<std::size_t>(std::accumulate(split.queries.begin(), split.queries.end(), 0));
    smallest = std::min({smallest, second, split.queries.size() - second});
  }
  return smallest;
}

void CheckNeighbours(const EvaluationOptions& options, const Task& task) {
  const auto* const retrieval = std::get_if<RetrievalTask>(&task.data);
  if (retrieval == nullptr) return;
  for (const std::size_t neighbours : options.csls) {
    if (neighbours <= retrieval->queries.size()) continue;
    Fail(ErrorCode::kBadInput, "CSLS with {} neighbours, but {} has {} queries; ask for {} or fewer",
         neighbours, task.name, retrieval->queries.size(), retrieval->queries.size());
  }
}

// What is held out, and has fewer queries than are asked for.
void AddNotes(const EvaluationOptions& options, const PreparedTask& prepared,
              std::vector<std::string>& notes) {
  if (prepared.held_out.empty()) return;
  const std::size_t half = SmallestHalf(prepared.held_out);
  for (const std::size_t neighbours : options.csls) {
    if (neighbours <= half) continue;
    notes.push_back(
        fmt::format("CSLS with {} neighbours, held out, has half of the queries to look among, which are {}: "
                    "all of them.",
                    neighbours, half));
  }
  for (const QueryMean& mean : options.query_means) {
    if (mean.source != QuerySource::kQueries || mean.count <= half) continue;
    notes.push_back(fmt::format(
        "The mean of {} queries, held out, rests on the {} that half of the queries are.", mean.count, half));
  }
}

}  // namespace

void CheckEvaluationOptions(const EvaluationOptions& options, const Session& base, const Task& task) {
  if (!(options.resampling.confidence > 0 && options.resampling.confidence < 1)) {
    Fail(ErrorCode::kBadInput, "the confidence of intervals is {}, but lies between 0 and 1",
         options.resampling.confidence);
  }
  for (const std::size_t length : options.cuts) CheckLength(length, base, "documents cut to");
  for (const std::size_t length : options.windows) CheckLength(length, base, "documents in windows of");
  const auto zero = [](std::size_t number) { return number == 0; };
  if (std::any_of(options.best.begin(), options.best.end(), zero)) {
    Fail(ErrorCode::kBadInput, "the score of a document needs 1 of its best windows or more, not 0");
  }
  if (std::any_of(options.csls.begin(), options.csls.end(), zero)) {
    Fail(ErrorCode::kBadInput, "CSLS needs 1 neighbour or more, not 0");
  }
  for (const double lead : options.leads) {
    // Written so that NaN is refused too.
    if (lead >= 0 && lead <= 1) continue;
    Fail(ErrorCode::kBadInput, "the lead is a share of a document's vector, from 0 to 1, not {}", lead);
  }
  for (const double weight : options.hybrid) {
    if (weight >= 0 && weight <= 1) continue;
    Fail(ErrorCode::kBadInput, "the weight of vectors beside BM25 lies between 0 and 1, and is {}", weight);
  }
  for (const PostProcessSpec& spec : options.post_processes) {
    if (spec.within == 0 || !options.windows.empty()) continue;
    Fail(ErrorCode::kBadInput,
         "post-processing \"{}\" looks at the windows of a document, and none are asked for; ask for "
         "windows, or "
         "leave out \"within\"",
         FormatPostProcessSpec(spec));
  }
  if (!options.query_means.empty() && options.post_processes.empty()) {
    Fail(ErrorCode::kBadInput, "query means are part of a post-processing, and none is asked for");
  }
  if (options.combine &&
      (options.post_processes.empty() || (options.temperatures.empty() && options.csls.empty()))) {
    Fail(ErrorCode::kBadInput,
         "nothing to combine: a post-processing is crossed with temperatures and with CSLS, so ask for one "
         "and for "
         "a temperature (other than the model's own) or CSLS");
  }
  for (const PostProcessSpec& spec : options.post_processes) CheckDirections(spec, base.dimension());
  CheckNeighbours(options, task);
}

namespace {

bool NeedsPseudoQueries(const EvaluationOptions& options) {
  return std::any_of(options.query_means.begin(), options.query_means.end(),
                     [](const QueryMean& mean) { return mean.source == QuerySource::kPseudo; });
}

TaskResult ResultOf(const PreparedTask& prepared, const PreparedTask::Scorer& scorer,
                    const std::vector<ScoredRun>& runs, const EvaluationOptions& options, ThreadPool& pool) {
  TaskResult result = scorer.result;
  result.runs = CompareRuns(runs, scorer.ids, scorer.lengths, options.resampling, pool, scorer.clusters);
  result.sweep = SummariseSweep(runs, scorer.ids, scorer.lengths, options.resampling, pool, scorer.clusters);
  // Pairs have two texts each, of which no bucket of one length speaks.
  if (result.kind != "similarity") {
    result.collapse = PredictLoss(
        runs, {scorer.lengths[0], scorer.clusters, prepared.document_tokens, prepared.document_clusters},
        options.resampling, pool);
  }
  result.corpora = CompareCorpora(prepared, runs, options.resampling, pool);
  return result;
}

}  // namespace

std::vector<TaskResult> EvaluateTask(const Task& task, const Session& base, const EvaluationOptions& options,
                                     const Progress& progress) {
  CheckEvaluationOptions(options, base, task);
  const PreparedTask prepared = PrepareTask(task, base,
                                            {.seed = options.resampling.seed,
                                             .ignore_identical_ids = options.ignore_identical_ids,
                                             .bm25 = {.english_stems = options.english_stems},
                                             .pseudo_queries = NeedsPseudoQueries(options)});
  EvaluationRuns evaluation(prepared, base, options, progress);
  const std::vector<std::vector<ScoredRun>> runs = evaluation.Run();
  std::vector<TaskResult> results;
  for (std::size_t s = 0; s < prepared.scorers.size(); ++s) {
    results.push_back(ResultOf(prepared, prepared.scorers[s], runs[s], options, base.pool()));
    AddNotes(options, prepared, results.back().notes);
    for (const std::string& note : evaluation.notes()) results.back().notes.push_back(note);
  }
  return results;
}

}  // namespace lengthwise
