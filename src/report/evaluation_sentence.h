// An evaluation in plain words: the answer, and what to do.
#pragma once

#include <span>
#include <string>

#include "lengthwise/evaluation_result.h"

namespace lengthwise {

// Whether the first task serves long texts worse than short ones, and by how much. No intervals: these stand
// in EvaluationDetail. Better or worse is said only where the interval of the difference between the longest
// and the shortest quarter excludes 0. `model`: its name.
std::string EvaluationSentence(std::span<const TaskResult> tasks, const std::string& model);

// Which of the repairs tried helps the first task most, if any does clearly, or what there is to try.
std::string EvaluationAdvice(std::span<const TaskResult> tasks);

}  // namespace lengthwise
