// The runs that an evaluation's options ask for.
#pragma once

#include <vector>

#include "lengthwise/run.h"
#include "tasks/evaluate.h"

namespace lengthwise {

// The base run first; runs that share vectors stand together, so that none is embedded or fitted twice.
// `sides`: whether the task has queries, which may be treated in other ways than its documents. A
// post-processing that looks within documents is tried on windows, and of the first length of windows on
// whole documents. Baselines without the model and a task's other corpora are not among them.
std::vector<RunDescription> PlanRuns(const EvaluationOptions& options, bool sides);

// The sides that a temperature is tried on.
std::vector<Side> PlannedSides(const EvaluationOptions& options, bool sides);

}  // namespace lengthwise
