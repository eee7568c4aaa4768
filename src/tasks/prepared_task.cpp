#include "tasks/prepared_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

#include "tasks/bm25.h"
#include "tasks/classification.h"
#include "tasks/clustering.h"
#include "tasks/retrieval.h"
#include "tasks/similarity_task.h"
#include "tasks/text_vectors.h"

namespace lengthwise {
namespace {

std::vector<std::string> TextsOf(std::span<const Document> documents) {
  std::vector<std::string> texts;
  for (const Document& document : documents) texts.push_back(EmbeddedText(document));
  return texts;
}

PreparedTask PrepareRetrieval(const RetrievalTask& task, const EmbedderImpl& base) {
  PreparedTask prepared;
  prepared.documents = TextsOf(task.documents);
  prepared.queries = TextsOf(task.queries);
  prepared.sides = true;
  PreparedTask::Scorer scorer;
  scorer.result.kind = "retrieval";
  scorer.result.unit = "query";
  scorer.result.documents = task.documents.size();
  if (task.unjudged_queries > 0) {
    scorer.result.notes.push_back(
        fmt::format("{} queries without a judgement were left out.", task.unjudged_queries));
  }
  const auto unanswerable =
      std::count_if(task.judgements.begin(), task.judgements.end(), [](const auto& judgements) {
        return std::none_of(judgements.begin(), judgements.end(),
                            [](const Relevance& r) { return r.grade > 0; });
      });
  if (unanswerable > 0) {
    scorer.result.notes.push_back(fmt::format(
        "{} queries have judgements, but no relevant document; they score 0 in every run, as in trec_eval.",
        unanswerable));
  }
  std::vector<std::string> document_ids;
  for (const Document& document : task.documents) document_ids.push_back(document.id);
  for (const Document& query : task.queries) scorer.ids.push_back(query.id);
  prepared.document_tokens = TokenLengths(base, prepared.documents);
  const std::vector<std::size_t>& document_tokens = prepared.document_tokens;
  scorer.lengths = QueryLengths(task, document_tokens, TokenLengths(base, prepared.queries));
  const std::vector<std::uint32_t> tie_order = TieOrder(document_ids);
  const SearchOptions search;
  scorer.score = [&task, &base, tokens = document_tokens, tie_order, search](const VectorSet& documents,
                                                                             const VectorSet& queries) {
    return ScoreRankings(task, Search(documents, queries, tie_order, search, base.pool()), tokens);
  };
  ScoredRun bm25 = ScoreRankings(
      task, SearchBm25(prepared.documents, prepared.queries, tie_order, search.depth, base.pool()),
      document_tokens);
  bm25.description = {"bm25", RunKind::kBm25, std::nullopt, Side::kBoth};
  scorer.extra.push_back(std::move(bm25));
  prepared.scorers.push_back(std::move(scorer));
  return prepared;
}

PreparedTask PrepareLabelled(const LabelledTask& task, const EmbedderImpl& base, std::uint64_t seed) {
  PreparedTask prepared;
  prepared.documents = task.texts;
  prepared.document_tokens = TokenLengths(base, task.texts);
  const std::vector<std::size_t>& tokens = prepared.document_tokens;

  PreparedTask::Scorer classification;
  classification.result.kind = "classification";
  classification.result.unit = "text";
  classification.result.documents = task.texts.size();
  const LabelSplit split = SplitLabels(task, seed);
  UnitLengths test_tokens{"text", {}};
  for (const std::uint32_t text : split.test) {
    classification.ids.push_back(std::to_string(text + 1));
    test_tokens.tokens.push_back(tokens[text]);
  }
  classification.lengths = {std::move(test_tokens)};
  classification.score = [&task, &base, split, seed](const VectorSet& texts, const VectorSet&) {
    return ScoreClassification(task, texts, split, seed, base.pool());
  };

  PreparedTask::Scorer clustering;
  clustering.result.kind = "clustering";
  clustering.result.unit = "text";
  clustering.result.documents = task.texts.size();
  for (std::size_t text = 0; text < task.texts.size(); ++text)
    clustering.ids.push_back(std::to_string(text + 1));
  clustering.lengths = {{"text", tokens}};
  clustering.score = [&task, &base, seed](const VectorSet& texts, const VectorSet&) {
    return ScoreClustering(task, texts, seed, base.pool());
  };
  prepared.scorers.push_back(std::move(classification));
  prepared.scorers.push_back(std::move(clustering));
  return prepared;
}

PreparedTask PrepareSimilarity(const SimilarityTask& task, const EmbedderImpl& base) {
  PreparedTask prepared;
  prepared.documents = task.first;
  prepared.queries = task.second;
  PreparedTask::Scorer scorer;
  scorer.result.kind = "similarity";
  scorer.result.unit = "pair";
  prepared.document_tokens = TokenLengths(base, task.first);
  const std::vector<std::size_t>& first = prepared.document_tokens;
  const std::vector<std::size_t> second = TokenLengths(base, task.second);
  UnitLengths lengths{"pair", {}};
  for (std::size_t i = 0; i < first.size(); ++i) {
    scorer.ids.push_back(std::to_string(i + 1));
    lengths.tokens.push_back((first[i] + second[i]) / 2);
  }
  scorer.lengths = {std::move(lengths)};
  scorer.score = [&task](const VectorSet& a, const VectorSet& b) { return ScoreSimilarity(task, a, b); };
  prepared.scorers.push_back(std::move(scorer));
  return prepared;
}

}  // namespace

PreparedTask PrepareTask(const Task& task, const EmbedderImpl& base, std::uint64_t seed) {
  PreparedTask prepared;
  if (const auto* retrieval = std::get_if<RetrievalTask>(&task.data)) {
    prepared = PrepareRetrieval(*retrieval, base);
  } else if (const auto* labelled = std::get_if<LabelledTask>(&task.data)) {
    prepared = PrepareLabelled(*labelled, base, seed);
  } else {
    prepared = PrepareSimilarity(std::get<SimilarityTask>(task.data), base);
  }
  for (PreparedTask::Scorer& scorer : prepared.scorers) {
    scorer.result.task = task.name;
    scorer.result.folder = task.folder;
    scorer.result.units = scorer.ids.size();
  }
  return prepared;
}

}  // namespace lengthwise
