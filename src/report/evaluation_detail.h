// An evaluation in numbers: what stands behind its sentence.
#pragma once

#include <span>
#include <string>

#include "lengthwise/evaluation_result.h"

namespace lengthwise {

// What the first task says of length, with intervals: the base run's score, for the shortest and the longest
// quarter of the units too, and, after a sweep, what the best temperature changes. `model`: its name.
std::string EvaluationDetail(std::span<const TaskResult> tasks, const std::string& model);

}  // namespace lengthwise
