#include "tasks/retrieval_scorer.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "search/bm25.h"
#include "tasks/retrieval.h"

namespace lengthwise {
namespace {

std::vector<std::string> Ids(const std::vector<Document>& documents) {
  std::vector<std::string> ids;
  for (const Document& document : documents) ids.push_back(document.id);
  return ids;
}

}  // namespace

RetrievalScorer::RetrievalScorer(const Corpus& corpus, const std::vector<Document>& queries,
                                 std::vector<std::size_t> document_tokens, bool ignore_identical_ids,
                                 ThreadPool& pool)
    : corpus_(corpus),
      document_tokens_(std::move(document_tokens)),
      tie_order_(TieOrder(Ids(corpus.documents))),
      pool_(pool) {
  if (!ignore_identical_ids) return;
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t d = 0; d < corpus.documents.size(); ++d) places.emplace(corpus.documents[d].id, d);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const auto found = places.find(queries[q].id);
    const std::size_t own = found == places.end() ? corpus.documents.size() : found->second;
    own_documents_.push_back(own);
    for (const Relevance& relevance : corpus.judgements[q]) {
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
                                 const Matching& matching, std::optional<std::uint64_t> held_out) const {
  return ScoreFound(MatchDocuments(documents, queries, tie_order_, depth(), matching, held_out, pool_));
}

ScoredRun RetrievalScorer::ScoreBm25(const std::vector<std::string>& documents,
                                     const std::vector<std::string>& queries) const {
  ScoredRun run = ScoreFound(SearchBm25(documents, queries, tie_order_, depth(), pool_));
  run.description.kind = RunKind::kBm25;
  run.description.corpus = corpus_.name;
  return run;
}

}  // namespace lengthwise
