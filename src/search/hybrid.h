// Several scores of a document as one: several sets of vectors, and BM25 beside vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "math/thread_pool.h"
#include "search/bm25.h"
#include "search/search.h"
#include "search/vector_set.h"

namespace lengthwise {

// One way to score documents by vectors. A document's score in several views is the sum of `weight` times its
// score in each: best window + lead-body is a view of windows and a view of one vector a document.
struct VectorView {
  const VectorSet* documents = nullptr;
  const VectorSet* queries = nullptr;
  std::size_t best = 1;  // SearchOptions::best
  float weight = 1.0F;
};

// The scores of every document for the queries from first_query on, [queries x documents], as many queries as
// `scores` has rows for. Views agree in numbers of documents and queries.
void ScoreByVectors(std::span<const VectorView> views, std::size_t first_query, std::span<float> scores,
                    ThreadPool& pool);
void ScoreByBm25(const Bm25Index& index, std::span<const std::string> queries, std::size_t first_query,
                 std::span<float> scores, ThreadPool& pool);

// To mean 0 and standard deviation 1 over all documents; a row of equal scores becomes 0.
void Standardise(std::span<float> row);

// The best `depth` documents of a row of scores.
Ranking RankRow(std::span<const float> row, std::span<const std::uint32_t> tie_order, std::size_t depth);

// The following hold the scores of a few queries at a time, never all. Rankings are the same at any number of
// threads.

// By the views' sum alone.
std::vector<Ranking> RankByVectors(std::span<const VectorView> views,
                                   std::span<const std::uint32_t> tie_order, std::size_t depth,
                                   ThreadPool& pool);

// By `weight` times the views' sum and 1 - weight times BM25, each standardised for each query over all
// documents. Throws kBadInput for a weight that does not lie between 0 and 1.
std::vector<Ranking> RankHybrid(std::span<const VectorView> views, const Bm25Index& index,
                                std::span<const std::string> queries, double weight,
                                std::span<const std::uint32_t> tie_order, std::size_t depth,
                                ThreadPool& pool);

// Reciprocal rank fusion (Cormack, Clarke, Buettcher, SIGIR 2009).
inline constexpr double kFusionOffset = 60;

// Documents by the sum over the rankings that hold them of 1 / (kFusionOffset + rank), rank from 1.
Ranking FuseReciprocalRanks(std::span<const Ranking* const> rankings,
                            std::span<const std::uint32_t> tie_order, std::size_t depth);

}  // namespace lengthwise
