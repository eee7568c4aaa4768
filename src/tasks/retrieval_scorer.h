// A corpus and its queries made ready to be searched again and again, by vectors or by words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/task.h"
#include "math/thread_pool.h"
#include "search/bm25.h"
#include "search/matching.h"
#include "search/vector_set.h"
#include "tasks/scored_run.h"

namespace lengthwise {

class RetrievalScorer {
 public:
  // Borrows the corpus, the queries and the pool. `document_tokens`: of each document. With
  // `ignore_identical_ids`, a document whose id is the query's is not among what that query finds (as in
  // BEIR, where queries may be documents of the corpus). BM25 reads the texts that are embedded.
  RetrievalScorer(const Corpus& corpus, const std::vector<Document>& queries,
                  std::vector<std::size_t> document_tokens, bool ignore_identical_ids,
                  const Bm25Options& bm25, ThreadPool& pool);

  const std::vector<std::size_t>& document_tokens() const { return document_tokens_; }
  // Queries whose own document is relevant, and cannot be found.
  std::size_t unreachable() const { return unreachable_; }

  // `held_out`: as MatchDocuments has it.
  ScoredRun Score(const VectorSet& documents, const VectorSet& queries, const Matching& matching,
                  std::optional<std::span<const std::uint8_t>> held_out) const;
  ScoredRun ScoreBm25() const;

 private:
  void FindOwnDocuments(const std::vector<Document>& queries);
  // One more than is kept where one may be taken away.
  std::size_t depth() const { return kRankingDepth + (own_documents_.empty() ? 0 : 1); }
  ScoredRun ScoreFound(std::vector<Ranking> rankings) const;

  const Corpus& corpus_;
  std::vector<std::size_t> document_tokens_;
  std::vector<std::uint32_t> tie_order_;
  std::vector<std::size_t>
      own_documents_;  // by query; as many as there are documents: none. Empty: none is ignored
  std::size_t unreachable_ = 0;
  Bm25Index words_;
  std::vector<std::string> query_texts_;
  std::vector<Ranking> found_by_words_;
  ThreadPool& pool_;
};

}  // namespace lengthwise
