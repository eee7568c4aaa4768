#include "tasks/retrieval_scorer.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "tasks/retrieval.h"

namespace lengthwise {
RetrievalScorer::RetrievalScorer(const Corpus& corpus, const std::vector<Document>& queries,
                                 std::vector<std::size_t> document_tokens, bool ignore_identical_ids,
                                 const Bm25Options& bm25, ThreadPool& pool)
    : corpus_(corpus),
      document_tokens_(std::move(document_tokens)),
      tie_order_(TieOrder(IdsOf(corpus.documents))),
      words_(EmbeddedTexts(corpus.documents), bm25),
      query_texts_(EmbeddedTexts(queries)),
      pool_(pool) {
  if (ignore_identical_ids) FindOwnDocuments(queries);
  found_by_words_ = SearchBm25(words_, query_texts_, tie_order_, depth(), pool_);
}

void RetrievalScorer::FindOwnDocuments(const std::vector<Document>& queries) {
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t d = 0; d < corpus_.documents.size(); ++d) places.emplace(corpus_.documents[d].id, d);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const auto found = places.find(queries[q].id);
    const std::size_t own = found == places.end() ? corpus_.documents.size() : found->second;
    own_documents_.push_back(own);
    for (const Relevance& relevance : corpus_.judgements[q]) {
      unreachable_ += relevance.document == own && relevance.grade > 0 ? 1 : 0;
    }
  }
}

ScoredRun RetrievalScorer::ScoreFound(std::vector<Ranking> rankings) const {
  for (std::size_t q = 0; q < own_documents_.size(); ++q) {
    std::erase_if(rankings[q], [&](const Hit& hit) { return hit.document == own_documents_[q]; });
    rankings[q].resize(std::min(kRankingDepth, rankings[q].size()));
  }
  return ScoreRankings(corpus_, std::move(rankings), document_tokens_);
}

ScoredRun RetrievalScorer::Score(const VectorSet& documents, const VectorSet& queries,
                                 const Matching& matching,
                                 std::optional<std::span<const std::uint8_t>> held_out) const {
  return ScoreFound(MatchDocuments(documents, queries, tie_order_, depth(), matching, held_out, pool_,
                                   {&words_, query_texts_, found_by_words_}));
}

ScoredRun RetrievalScorer::ScoreBm25() const {
  ScoredRun run = ScoreFound(found_by_words_);
  run.description.kind = RunKind::kBm25;
  run.description.corpus = corpus_.name;
  return run;
}

}  // namespace lengthwise
