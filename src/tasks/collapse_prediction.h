// Whether collapse tells what a task loses: similarity of the embeddings against the score, by length.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/resampling.h"
#include "math/thread_pool.h"
#include "search/vector_set.h"
#include "statistics/interval.h"
#include "tasks/length_buckets.h"
#include "tasks/scored_run.h"

namespace lengthwise {

// Mean pairwise cosine of the texts of each fixed bucket (the quantity whose slope the collapse index is),
// from unit rows, one a text; absent for fewer than two texts.
std::vector<BucketCosine> CosinesByLength(const VectorSet& vectors, std::span<const std::size_t> tokens);

// Of buckets with at least kMinimumForInterval units. `lengths`: those of the embedded texts that units are
// about (relevant documents, texts). Absent where the base run has no such bucket.
std::optional<CollapsePrediction> PredictLoss(std::span<const ScoredRun> runs, const UnitLengths& lengths,
                                              const ResamplingOptions& options, ThreadPool& pool);

}  // namespace lengthwise
