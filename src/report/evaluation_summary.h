// An evaluation in short, for programs and for people.
#pragma once

#include <string>

#include "base/json.h"
#include "lengthwise/evaluation_result.h"

namespace lengthwise {

// One object for programs: the base run's main metric ("task", "kind", "metric", "score", "interval",
// "buckets"), and every run's score and difference from it ("runs").
OrderedJson TaskSummary(const TaskResult& task);

// The same for people, a line a run.
std::string DescribeTask(const TaskResult& task);

}  // namespace lengthwise
