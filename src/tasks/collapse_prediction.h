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
#include "statistics/clusters.h"
#include "tasks/length_buckets.h"
#include "tasks/scored_run.h"

namespace lengthwise {

struct DocumentCosines {
  std::vector<BucketCosine> buckets;
  std::vector<double> documents;  // mean cosine of each with the others of its bucket; 0 where it is alone
};

// Mean pairwise cosine of the texts of each fixed bucket (the quantity whose slope the collapse index is),
// from unit rows, one a text; absent for fewer than two texts.
DocumentCosines CosinesByLength(const VectorSet& vectors, std::span<const std::size_t> tokens);

// What the runs' scores and cosines are of; borrowed.
struct PredictionSample {
  const UnitLengths& lengths;  // of the embedded texts that units are about (relevant documents, texts)
  const Clusters& clusters;    // of the units
  std::span<const std::size_t> document_tokens;
  const Clusters& document_clusters;
};

// Of buckets with at least kMinimumForInterval units. In a resample units are drawn, and apart from them the
// documents of each bucket, the same for every run; a bucket's cosine follows its documents to first order
// (twice the mean of the drawn documents' mean cosines, less the cosine itself). Absent where the base run
// has no such bucket.
std::optional<CollapsePrediction> PredictLoss(std::span<const ScoredRun> runs, const PredictionSample& sample,
                                              const ResamplingOptions& options, ThreadPool& pool);

}  // namespace lengthwise
