#include "tasks/evaluate.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "collapse/truncation.h"
#include "tasks/compare_runs.h"
#include "tasks/corpus_comparison.h"
#include "tasks/evaluation_runs.h"
#include "tasks/prepared_task.h"

namespace lengthwise {
namespace {

void Check(const EvaluationOptions& options, const EmbedderImpl& base) {
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
  if (!options.query_means.empty() && options.post_processes.empty()) {
    Fail(ErrorCode::kBadInput, "query means are part of a post-processing, and none is asked for");
  }
}

bool NeedsPseudoQueries(const EvaluationOptions& options) {
  return std::any_of(options.query_means.begin(), options.query_means.end(),
                     [](const QueryMean& mean) { return mean.source == QueryMean::Source::kPseudo; });
}

TaskResult ResultOf(const PreparedTask& prepared, const PreparedTask::Scorer& scorer,
                    const std::vector<ScoredRun>& runs, const EvaluationOptions& options, ThreadPool& pool) {
  TaskResult result = scorer.result;
  result.runs = CompareRuns(runs, scorer.ids, scorer.lengths, options.resampling, pool);
  result.sweep = SummariseSweep(runs, scorer.ids, scorer.lengths, options.resampling, pool);
  // Pairs have two texts each, of which no bucket of one length speaks.
  if (result.kind != "similarity") {
    result.collapse = PredictLoss(runs, scorer.lengths[0], options.resampling, pool);
  }
  result.corpora = CompareCorpora(prepared, runs, options.resampling, pool);
  return result;
}

}  // namespace

std::vector<TaskResult> EvaluateTask(const Task& task, const EmbedderImpl& base,
                                     const EmbedderFor& embedder_for, const EvaluationOptions& options,
                                     const EvaluationProgress& progress) {
  Check(options, base);
  const PreparedTask prepared = PrepareTask(task, base,
                                            {.seed = options.resampling.seed,
                                             .ignore_identical_ids = options.ignore_identical_ids,
                                             .pseudo_queries = NeedsPseudoQueries(options)});
  const std::vector<std::vector<ScoredRun>> runs =
      EvaluationRuns(prepared, options, progress).Run(base, embedder_for);
  std::vector<TaskResult> results;
  for (std::size_t s = 0; s < prepared.scorers.size(); ++s) {
    results.push_back(ResultOf(prepared, prepared.scorers[s], runs[s], options, base.pool()));
  }
  return results;
}

}  // namespace lengthwise
