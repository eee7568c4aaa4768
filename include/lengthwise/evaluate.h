// Evaluating embeddings: what they are worth in tasks, by the length of texts, and what a repair gains or
// loses.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lengthwise/documents.h"
#include "lengthwise/embedder.h"
#include "lengthwise/evaluation_options.h"
#include "lengthwise/evaluation_result.h"
#include "lengthwise/progress.h"
#include "lengthwise/task.h"

namespace lengthwise {

// Throws kBadInput, naming the option, for one that asks for what the model or the task does not have, or for
// nothing.
void CheckEvaluationOptions(const EvaluationOptions& options, const Embedder& embedder, const Task& task);

// A folder with labels gives two results, classification and clustering; another one. The first run is that
// of `embedder` as it is; the others share its model and threads. The same task, options and model give the
// same result at any number of threads. Progress is in texts of this task. Throws kBadInput, as
// CheckEvaluationOptions does, and kCancelled; what the cache has got by then stays there.
std::vector<TaskResult> EvaluateTask(const Task& task, const Embedder& embedder,
                                     const EvaluationOptions& options = {}, const Progress& progress = {});

// The results, one at least, as one document: JSON as docs/evaluation.schema.json says, for ReportPage and
// Describe (report.h) too.
std::string EvaluationDocument(std::span<const TaskResult> results, const Embedder& embedder,
                               const EvaluationOptions& options);

// A task for people, a line a run: each with its difference from the first.
std::string DescribeTask(const TaskResult& result);

// The same for programs, one JSON object on one line: the base run's main metric ("task", "kind", "metric",
// "score", "interval", "units", "clusters",
// "buckets"), and every run's score and difference from it ("runs").
std::string TaskSummary(const TaskResult& result);

// Of tokens that the vocabulary lacks, in all the texts that the embedder has read so far.
std::vector<InputWarning> TokenWarnings(const Embedder& embedder);

}  // namespace lengthwise
