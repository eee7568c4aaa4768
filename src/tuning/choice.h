// Which way of searching the evidence is for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lengthwise/resampling.h"
#include "lengthwise/tune.h"
#include "math/thread_pool.h"
#include "statistics/clusters.h"
#include "tuning/candidates.h"

namespace lengthwise {

// What choosing looks at: nDCG@10 of each query under each candidate, [candidate][query]; empty where the
// queries cannot judge it.
struct Evidence {
  std::vector<std::vector<double>> scores;
  Clusters clusters;  // that queries are resampled by
  bool judged = false;
  double agreement = 1;
};

struct Choice {
  TuneAnswer answer = TuneAnswer::kNoQueries;
  std::size_t candidate = kModelCandidate;
};

// From the recipe it moves to another single vector only where that is better by an interval that leaves out
// 0, allowing for the number of them tried; to several vectors where they are so too, and by
// kWorthSeveralVectors or more; back to the model where the recipe is worse by such an interval. A checkpoint
// for any server is for those who cannot do otherwise, and BM25 beside for those who have it: neither is
// chosen here. `queries` (ascending): those that may be looked at.
Choice Choose(std::span<const Candidate> candidates, const Evidence& evidence,
              std::span<const std::uint32_t> queries, const ResamplingOptions& options, ThreadPool& pool);

// Of the candidates that a checkpoint holds, the first, or what is better beyond doubt, allowing for the
// number tried; the first too where the queries cannot tell, and without queries. None where there is none.
std::optional<std::size_t> ChooseOnePass(std::span<const Candidate> candidates, const Evidence& evidence,
                                         std::span<const std::uint32_t> queries,
                                         const ResamplingOptions& options, ThreadPool& pool);

// How much better a candidate is than the model as it is, on such queries.
Interval GainOf(std::size_t candidate, const Evidence& evidence, std::span<const std::uint32_t> queries,
                const ResamplingOptions& options, ThreadPool& pool);

}  // namespace lengthwise
