// From vectors to rankings: how a query is matched with documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lengthwise/matching.h"
#include "math/thread_pool.h"
#include "search/bm25.h"
#include "search/search.h"
#include "search/vector_set.h"

namespace lengthwise {

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
// does, or what BM25 beside them makes of them. With `held_out`, the half of each query, 0 or 1, each
// half is ranked with r(d) of the other; else r(d) is of all queries. `words` is looked at where `matching`
// has BM25. Throws kBadInput for values that are not finite, a weight out of 0 to 1, and where no query is
// left for r(d).
std::vector<Ranking> MatchDocuments(const VectorSet& documents, const VectorSet& queries,
                                    std::span<const std::uint32_t> tie_order, std::size_t depth,
                                    const Matching& matching,
                                    std::optional<std::span<const std::uint8_t>> held_out, ThreadPool& pool,
                                    const WordSearch& words = {});

}  // namespace lengthwise
