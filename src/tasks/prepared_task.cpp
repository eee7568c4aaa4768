#include "tasks/prepared_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <variant>

#include "statistics/unit_sampler.h"
#include "tasks/classification.h"
#include "tasks/clustering.h"
#include "tasks/retrieval.h"
#include "tasks/retrieval_scorer.h"
#include "tasks/similarity_task.h"
#include "tasks/text_vectors.h"
#include "text/pseudo_queries.h"

namespace lengthwise {
namespace {

void AddPseudoQueries(const RetrievalTask& task, std::uint64_t seed, PreparedTask& prepared) {
  PseudoQuerySet set = PseudoQueries(task.corpus.documents, seed);
  prepared.pseudo_queries = std::move(set.texts);
  prepared.pseudo_offsets = std::move(set.offsets);
}

void AddNotes(const RetrievalTask& task, const RetrievalScorer& scorer, std::vector<std::string>& notes) {
  if (task.unjudged_queries > 0) {
    notes.push_back(fmt::format("{} queries without a judgement were left out.", task.unjudged_queries));
  }
  const std::vector<std::vector<Relevance>>& judgements = task.corpus.judgements;
  const auto unanswerable = std::count_if(judgements.begin(), judgements.end(), [](const auto& of_query) {
    return std::none_of(of_query.begin(), of_query.end(), [](const Relevance& r) { return r.grade > 0; });
  });
  if (unanswerable > 0) {
    notes.push_back(fmt::format(
        "{} queries have judgements, but no relevant document; they score 0 in every run, as in trec_eval.",
        unanswerable));
  }
  if (scorer.unreachable() > 0) {
    notes.push_back(fmt::format(
        "{} queries have the document of their own id as relevant, which is left out of what they find.",
        scorer.unreachable()));
  }
}

// What the scorer's units are drawn by.
void SetClusters(UnitClusters found, PreparedTask::Scorer& scorer) {
  scorer.clusters = std::move(found.clusters);
  scorer.result.clustered_by = std::move(found.by);
  if (!found.note.empty()) scorer.result.notes.push_back(std::move(found.note));
}

// The scorer of a corpus, shared by what calls it.
PreparedTask::Score VectorScore(std::shared_ptr<const RetrievalScorer> scorer) {
  return [scorer = std::move(scorer)](const TaskVectors& vectors, const Matching& matching,
                                      std::optional<std::span<const std::uint8_t>> held_out) {
    return scorer->Score(vectors.documents, vectors.queries, matching, held_out);
  };
}

PreparedTask PrepareRetrieval(const RetrievalTask& task, const Session& base, const PrepareOptions& options) {
  PreparedTask prepared;
  prepared.documents = EmbeddedTexts(task.corpus.documents);
  prepared.queries = EmbeddedTexts(task.queries);
  prepared.sides = true;
  prepared.document_tokens = TokenLengths(base, prepared.documents);
  prepared.query_tokens = TokenLengths(base, prepared.queries, Role::kQuery);
  const auto own =
      std::make_shared<const RetrievalScorer>(task.corpus, task.queries, prepared.document_tokens,
                                              options.ignore_identical_ids, options.bm25, base.pool());
  PreparedTask::Scorer scorer;
  scorer.result.kind = "retrieval";
  scorer.result.unit = "query";
  scorer.result.documents = task.corpus.documents.size();
  AddNotes(task, *own, scorer.result.notes);
  scorer.ids = IdsOf(task.queries);
  SetClusters(ClusterQueries(task), scorer);
  scorer.lengths = QueryLengths(task.corpus, prepared.document_tokens, prepared.query_tokens);
  scorer.score = VectorScore(own);
  for (std::size_t draw = 0; draw < kHeldOutDraws; ++draw)
    prepared.held_out.push_back(
        SplitHeldOut(prepared.documents.size(), prepared.queries.size(), options.seed, draw));
  scorer.extra.push_back(own->ScoreBm25());
  for (const Corpus& corpus : task.others) {
    PreparedTask::Other other;
    other.name = corpus.name;
    other.documents = EmbeddedTexts(corpus.documents);
    other.document_tokens = TokenLengths(base, other.documents);
    const auto found = std::make_shared<const RetrievalScorer>(
        corpus, task.queries, other.document_tokens, options.ignore_identical_ids, options.bm25, base.pool());
    other.score = VectorScore(found);
    scorer.extra.push_back(found->ScoreBm25());
    prepared.others.push_back(std::move(other));
  }
  if (options.pseudo_queries) AddPseudoQueries(task, options.seed, prepared);
  prepared.scorers.push_back(std::move(scorer));
  return prepared;
}

PreparedTask PrepareLabelled(const LabelledTask& task, const Session& base, std::uint64_t seed) {
  PreparedTask prepared;
  prepared.documents = task.texts;
  prepared.document_tokens = TokenLengths(base, task.texts);
  const std::vector<std::size_t>& tokens = prepared.document_tokens;
  const UnitClusters clusters = ClusterTexts(task);
  prepared.document_clusters = clusters.clusters;

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
  SetClusters({ClustersOf(clusters.clusters, split.test), clusters.by, ""}, classification);
  classification.score = [&task, &base, split, seed](const TaskVectors& vectors, const Matching&, auto) {
    return ScoreClassification(task, vectors.documents, split, seed, base.pool());
  };

  PreparedTask::Scorer clustering;
  clustering.result.kind = "clustering";
  clustering.result.unit = "text";
  clustering.result.documents = task.texts.size();
  for (std::size_t text = 0; text < task.texts.size(); ++text)
    clustering.ids.push_back(std::to_string(text + 1));
  clustering.lengths = {{"text", tokens}};
  SetClusters(clusters, clustering);
  clustering.score = [&task, &base, seed](const TaskVectors& vectors, const Matching&, auto) {
    return ScoreClustering(task, vectors.documents, seed, base.pool());
  };
  prepared.scorers.push_back(std::move(classification));
  prepared.scorers.push_back(std::move(clustering));
  return prepared;
}

PreparedTask PrepareSimilarity(const SimilarityTask& task, const Session& base) {
  PreparedTask prepared;
  prepared.documents = task.first;
  prepared.queries = task.second;
  PreparedTask::Scorer scorer;
  scorer.result.kind = "similarity";
  scorer.result.unit = "pair";
  prepared.document_tokens = TokenLengths(base, task.first);
  const std::vector<std::size_t>& first = prepared.document_tokens;
  prepared.query_tokens = TokenLengths(base, task.second);
  const std::vector<std::size_t>& second = prepared.query_tokens;
  UnitLengths lengths{"pair", {}};
  for (std::size_t i = 0; i < first.size(); ++i) {
    scorer.ids.push_back(std::to_string(i + 1));
    lengths.tokens.push_back((first[i] + second[i]) / 2);
  }
  scorer.lengths = {std::move(lengths)};
  SetClusters(ClusterPairs(task), scorer);
  scorer.score = [&task](const TaskVectors& vectors, const Matching&, auto) {
    return ScoreSimilarity(task, vectors.documents, vectors.queries);
  };
  prepared.scorers.push_back(std::move(scorer));
  return prepared;
}

}  // namespace

PreparedTask PrepareTask(const Task& task, const Session& base, const PrepareOptions& options) {
  PreparedTask prepared;
  if (const auto* retrieval = std::get_if<RetrievalTask>(&task.data)) {
    prepared = PrepareRetrieval(*retrieval, base, options);
  } else if (const auto* labelled = std::get_if<LabelledTask>(&task.data)) {
    prepared = PrepareLabelled(*labelled, base, options.seed);
  } else {
    prepared = PrepareSimilarity(std::get<SimilarityTask>(task.data), base);
  }
  for (PreparedTask::Scorer& scorer : prepared.scorers) {
    scorer.result.task = task.name;
    scorer.result.folder = task.folder;
    scorer.result.units = scorer.ids.size();
    std::vector<std::uint32_t> units(scorer.ids.size());
    std::iota(units.begin(), units.end(), 0U);
    scorer.result.clusters = UnitSampler(units, scorer.clusters).clusters();
  }
  return prepared;
}

}  // namespace lengthwise
