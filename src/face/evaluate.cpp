#include "lengthwise/evaluate.h"

#include <utility>

#include "collapse/description.h"
#include "embedding/session.h"
#include "report/evaluation_document.h"
#include "tasks/evaluate.h"

namespace lengthwise {

void CheckEvaluationOptions(const EvaluationOptions& options, const Embedder& embedder, const Task& task) {
  CheckEvaluationOptions(options, SessionOf(embedder), task);
}

std::vector<TaskResult> EvaluateTask(const Task& task, const Embedder& embedder,
                                     const EvaluationOptions& options, const Progress& progress) {
  return EvaluateTask(task, SessionOf(embedder), options, progress);
}

std::string EvaluationDocument(std::span<const TaskResult> results, const Embedder& embedder,
                               const EvaluationOptions& options) {
  return FormatEvaluation(EvaluationDocument(results, {options.command, DescribeModel(SessionOf(embedder)),
                                                       embedder.options().long_input, options.resampling}));
}

std::vector<InputWarning> TokenWarnings(const Embedder& embedder) {
  std::vector<InputWarning> warnings;
  if (auto warning = SessionOf(embedder).unknown_tokens().Warning()) warnings.push_back(*std::move(warning));
  return warnings;
}

}  // namespace lengthwise
