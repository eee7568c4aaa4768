// Scoring a retrieval task.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/task.h"
#include "search/search.h"
#include "tasks/length_buckets.h"
#include "tasks/scored_run.h"

namespace lengthwise {

// Depth of the ranking that the length bias and the hubness look at.
inline constexpr std::size_t kBiasDepth = 10;

// Metrics by query: ndcg_at_10 (the main one), mrr_at_10, map_at_1000, recall_at_10, recall_at_100; and of
// the ranking itself
//   length_bias_at_10  mean over the first ten documents of log2 of their tokens, less the same of the
//   relevant documents: 1
//                      means that what is retrieved is twice as long as what is relevant;
//   hubness_at_10      skewness of N_k over the documents, N_k the number of queries that have a document
//   among their
//                      first ten (Radovanovic, Nanopoulos, Ivanovic 2010); absent where every document is
//                      found equally often.
// `document_tokens`: of each document. `rankings` by query.
ScoredRun ScoreRankings(const Corpus& corpus, std::vector<Ranking> rankings,
                        std::span<const std::size_t> document_tokens);

// Lengths of queries, and of the relevant documents of each (the lower median where there are several).
std::vector<UnitLengths> QueryLengths(const Corpus& corpus, std::span<const std::size_t> document_tokens,
                                      std::span<const std::size_t> query_tokens);

}  // namespace lengthwise
