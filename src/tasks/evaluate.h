// Evaluating a task: its texts embedded in every way asked for, scored, compared.
#pragma once

#include <vector>

#include "embedding/session.h"
#include "lengthwise/evaluation_options.h"
#include "lengthwise/evaluation_result.h"
#include "lengthwise/progress.h"
#include "lengthwise/task.h"

namespace lengthwise {

// As lengthwise/evaluate.h has them, with sessions for embedders. The other runs share the model and threads
// of `base`.
void CheckEvaluationOptions(const EvaluationOptions& options, const Session& base, const Task& task);
std::vector<TaskResult> EvaluateTask(const Task& task, const Session& base, const EvaluationOptions& options,
                                     const Progress& progress = {});

}  // namespace lengthwise
