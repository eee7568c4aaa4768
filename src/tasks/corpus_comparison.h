// The controlled arm: the same queries against the same content in documents of another length.
#pragma once

#include <span>
#include <vector>

#include "lengthwise/evaluation_result.h"
#include "lengthwise/resampling.h"
#include "math/thread_pool.h"
#include "tasks/prepared_task.h"
#include "tasks/scored_run.h"

namespace lengthwise {

// `runs` are those of the prepared task's one scorer, whose clusters queries are resampled by.
std::vector<CorpusComparison> CompareCorpora(const PreparedTask& prepared, std::span<const ScoredRun> runs,
                                             const ResamplingOptions& options, ThreadPool& pool);

}  // namespace lengthwise
