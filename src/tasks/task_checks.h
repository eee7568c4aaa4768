// What is dubious about the texts of a task.
#pragma once

#include <vector>

#include "lengthwise/task.h"
#include "text/document_checks.h"

namespace lengthwise {

// As DocumentChecks finds it, for the documents of each corpus, the queries, the labelled texts or the pairs
// by themselves; messages name the task and the part. Pairs may hold a text more than once.
std::vector<InputWarning> CheckTaskTexts(const Task& task);

}  // namespace lengthwise
