// Whether collapse tells what a task loses: similarity of the embeddings against the score, by length.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collapse/arm_result.h"
#include "math/thread_pool.h"
#include "search/vector_set.h"
#include "statistics/interval.h"
#include "tasks/length_buckets.h"
#include "tasks/scored_run.h"

namespace lengthwise {

// Mean pairwise cosine of the texts of each fixed bucket (the quantity whose slope the collapse index is),
// from unit rows, one a text; absent for fewer than two texts.
std::vector<BucketCosine> CosinesByLength(const VectorSet& vectors, std::span<const std::size_t> tokens);

// A run in a bucket of length.
struct CollapsePoint {
  std::string run;
  std::size_t from = 0, to = 0;
  std::size_t units = 0;
  double cosine = 0;
  double loss = 0;
  // From the base run in the same bucket; absent for the base run.
  std::optional<double> cosine_change, loss_change;
};

struct CollapsePrediction {
  // "bm25": what BM25 scores on the same units, less the run's score, so that a bucket of hard queries is not
  // taken for collapse. "1": 1 less the score, where there is no BM25.
  std::string loss_against;
  std::vector<CollapsePoint> points;
  // Pearson's correlation of cosine and loss over the base run's buckets, and of their changes from the base
  // run over the other runs' buckets; intervals from resampled units, cosines as they are. Absent below three
  // points.
  Interval across_buckets;
  Interval across_changes;
};

// Of buckets with at least kMinimumForInterval units. `lengths`: those of the embedded texts that units are
// about (relevant documents, texts). Absent where the base run has no such bucket.
std::optional<CollapsePrediction> PredictLoss(std::span<const ScoredRun> runs, const UnitLengths& lengths,
                                              const ResamplingOptions& options, ThreadPool& pool);

}  // namespace lengthwise
