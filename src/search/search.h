// Exact search: the best documents of every query, by matrix products in blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "math/thread_pool.h"
#include "search/vector_set.h"

namespace lengthwise {

struct Hit {
  std::uint32_t document = 0;
  float score = 0;
  bool operator==(const Hit&) const = default;
};

// Best first.
using Ranking = std::vector<Hit>;

// Documents with equal scores stand by descending id, byte by byte, as trec_eval puts them: the place of each
// document in that order.
std::vector<std::uint32_t> TieOrder(std::span<const std::string> ids);

// True if `a` stands before `b`.
inline bool Better(const Hit& a, const Hit& b, std::span<const std::uint32_t> tie_order) {
  if (a.score != b.score) return a.score > b.score;
  return tie_order[a.document] < tie_order[b.document];
}

// The best `depth` of the hits that come, in a heap.
class BestHits {
 public:
  BestHits(std::size_t depth, std::span<const std::uint32_t> tie_order)
      : depth_(depth), tie_order_(tie_order) {}
  void Add(Hit hit);
  Ranking Sorted() &&;

 private:
  std::size_t depth_;
  std::span<const std::uint32_t> tie_order_;
  Ranking heap_;  // worst first
};

// Documents that a ranking holds; trec_eval's and MTEB's.
inline constexpr std::size_t kRankingDepth = 1000;

struct SearchOptions {
  std::size_t depth = kRankingDepth;  // documents kept a query
  // Of a document with several vectors: its score is the mean of its best so many (all, where it has fewer).
  std::size_t best = 1;
  // Taken from every score of a document, by document; empty: nothing is.
  std::span<const float> offsets;
};

// Scores are inner products: cosines for rows of unit length. Queries have one row each. A block of documents
// by a few queries is in memory at a time, never all scores. The same result at any number of threads. Throws
// kBadInput for values that are not finite.
std::vector<Ranking> Search(const VectorSet& documents, const VectorSet& queries,
                            std::span<const std::uint32_t> tie_order, const SearchOptions& options,
                            ThreadPool& pool);

// Every score of a few queries: adds weight times that of query first_query + q and document d to
// scores[q * documents.size() + d], q from 0 to query_count. `best` is SearchOptions::best. Throws as Search.
void AddScores(const VectorSet& documents, const VectorSet& queries, std::size_t first_query,
               std::size_t query_count, std::size_t best, float weight, std::span<float> scores,
               ThreadPool& pool);

}  // namespace lengthwise
