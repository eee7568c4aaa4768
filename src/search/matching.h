// From vectors to rankings: how a query is matched with documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "math/thread_pool.h"
#include "search/bm25.h"
#include "search/search.h"
#include "search/vector_set.h"

namespace lengthwise {

struct Matching {
  // Documents have several vectors each, and a document's score is the mean of its best so many; absent: one.
  std::optional<std::size_t> best = {};
  // Cross-domain similarity local scaling (Conneau, Lample, Ranzato, Denoyer, Jegou, arXiv 1710.04087, 2.2),
  // a correction for hubs: csls(q, d) = 2 cos(q, d) - r(q) - r(d), r the mean cosine with so many nearest of
  // the other side. r(q) moves no document of q past another; r(d) needs a sample of queries, without labels.
  std::optional<std::size_t> csls = {};
  // BM25 beside the vectors: with this weight of the vectors' score, the rest BM25's, each standardised for
  // each query over all documents (RankHybrid); or the two rankings fused by reciprocal ranks. Not both, and
  // neither with csls.
  std::optional<double> hybrid = {};
  bool fusion = false;

  bool operator==(const Matching&) const = default;
};

// What BM25 gives of the same documents and queries.
struct WordSearch {
  const Bm25Index* index = nullptr;
  std::span<const std::string> queries;
  std::span<const Ranking> rankings;  // by query, as deep as rankings are
};

// Mean inner product of every document with its `neighbours` (at least 1) nearest queries, of all where there
// are fewer. Documents have one row each.
std::vector<float> NeighbourMeans(const VectorSet& documents, const VectorSet& queries,
                                  std::size_t neighbours, ThreadPool& pool);

// The best `depth` documents of every query. Scores are cosines, or cosines less r(d) / 2, which rank as csls
// does, or what BM25 beside them makes of them. With `held_out`, a seed that draws two halves of the queries,
// each is ranked with r(d) of the other; else r(d) is of all queries. `words` is looked at where `matching`
// has BM25. Throws kBadInput for values that are not finite, a weight out of 0 to 1, and where no query is
// left for r(d).
std::vector<Ranking> MatchDocuments(const VectorSet& documents, const VectorSet& queries,
                                    std::span<const std::uint32_t> tie_order, std::size_t depth,
                                    const Matching& matching, std::optional<std::uint64_t> held_out,
                                    ThreadPool& pool, const WordSearch& words = {});

}  // namespace lengthwise
