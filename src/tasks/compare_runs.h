// Runs of one task, scored unit by unit, to the numbers of a report.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lengthwise/evaluation_result.h"
#include "lengthwise/resampling.h"
#include "math/thread_pool.h"
#include "statistics/clusters.h"
#include "tasks/length_buckets.h"
#include "tasks/scored_run.h"

namespace lengthwise {

// Every run has the same metrics on the same units; the first run is the base. `ids` of the units, `clusters`
// that they are resampled by.
std::vector<RunResult> CompareRuns(std::span<const ScoredRun> runs, std::span<const std::string> ids,
                                   std::span<const UnitLengths> lengths, const ResamplingOptions& options,
                                   ThreadPool& pool, const Clusters& clusters = {});

// Of the runs that differ in temperature alone, against the first run (temperature 1); nothing where there is
// none. Halves are of clusters; of units that have two, those whose two are of one half.
std::optional<Sweep> SummariseSweep(std::span<const ScoredRun> runs, std::span<const std::string> ids,
                                    std::span<const UnitLengths> lengths, const ResamplingOptions& options,
                                    ThreadPool& pool, const Clusters& clusters = {});

}  // namespace lengthwise
