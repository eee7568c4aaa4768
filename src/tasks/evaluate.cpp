#include "tasks/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "tasks/bm25.h"
#include "tasks/compare_runs.h"
#include "tasks/retrieval.h"
#include "tasks/text_vectors.h"

namespace lengthwise {
namespace {

// A task made ready to be scored: its texts on two sides (the second may be empty), and how vectors become a
// score.
struct PreparedTask {
  std::vector<std::string> documents;
  std::vector<std::string> queries;
  bool sides = false;  // whether documents and queries may be embedded in different ways

  struct Scorer {
    TaskResult result;  // all but runs and sweep
    std::vector<std::string> ids;
    std::vector<UnitLengths> lengths;
    std::function<ScoredRun(const VectorSet& documents, const VectorSet& queries)> score;
    std::vector<ScoredRun> extra;  // runs without vectors
  };
  std::vector<Scorer> scorers;
};

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
  const std::vector<std::size_t> document_tokens = TokenLengths(base, prepared.documents);
  scorer.lengths = QueryLengths(task, document_tokens, TokenLengths(base, prepared.queries));
  const std::vector<std::uint32_t> tie_order = TieOrder(document_ids);
  const SearchOptions search;
  scorer.score = [&task, &base, document_tokens, tie_order, search](const VectorSet& documents,
                                                                    const VectorSet& queries) {
    return ScoreRankings(task, Search(documents, queries, tie_order, search, base.pool()), document_tokens);
  };
  ScoredRun bm25 = ScoreRankings(
      task, SearchBm25(prepared.documents, prepared.queries, tie_order, search.depth, base.pool()),
      document_tokens);
  bm25.description = {"bm25", RunKind::kBm25, std::nullopt, Side::kBoth};
  scorer.extra.push_back(std::move(bm25));
  prepared.scorers.push_back(std::move(scorer));
  return prepared;
}

PreparedTask Prepare(const Task& task, const EmbedderImpl& base) {
  PreparedTask prepared;
  if (const auto* retrieval = std::get_if<RetrievalTask>(&task.data)) {
    prepared = PrepareRetrieval(*retrieval, base);
  } else {
    Fail(ErrorCode::kUnsupported, "{}: only retrieval tasks are evaluated by this version", task.folder);
  }
  for (PreparedTask::Scorer& scorer : prepared.scorers) {
    scorer.result.task = task.name;
    scorer.result.folder = task.folder;
    scorer.result.units = scorer.ids.size();
  }
  return prepared;
}

class Evaluation {
 public:
  Evaluation(const PreparedTask& prepared, const EvaluationOptions& options,
             const EvaluationProgress& progress)
      : prepared_(prepared), options_(options), progress_(progress), runs_(prepared.scorers.size()) {
    if (!prepared_.sides) {
      sides_ = {Side::kBoth};
    } else {
      sides_ = options.sides;
    }
    total_ = Texts(true, true);
    for (std::size_t t = 0; t < options.temperatures.size(); ++t) {
      total_ += Texts(Needs(Side::kDocuments), Needs(Side::kQueries));
    }
  }

  void Run(const EmbedderImpl& base, const EmbedderAt& embedder_at) {
    const VectorSet documents = Embed(base, prepared_.documents);
    const VectorSet queries = Embed(base, prepared_.queries);
    Score({"model", RunKind::kModel, std::nullopt, Side::kBoth}, documents, queries);
    for (const float temperature : options_.temperatures) {
      const std::unique_ptr<EmbedderImpl> embedder = embedder_at(temperature);
      const VectorSet hot_documents =
          Needs(Side::kDocuments) ? Embed(*embedder, prepared_.documents) : VectorSet{};
      const VectorSet hot_queries = Needs(Side::kQueries) ? Embed(*embedder, prepared_.queries) : VectorSet{};
      for (const Side side : sides_) {
        const std::string name = sides_.size() == 1 && side == Side::kBoth
                                     ? fmt::format("temperature {}", temperature)
                                     : fmt::format("temperature {} {}", temperature, SideName(side));
        Score({name, RunKind::kModel, static_cast<double>(temperature), side},
              side == Side::kQueries ? documents : hot_documents,
              side == Side::kDocuments ? queries : hot_queries);
      }
    }
    if (options_.static_control) {
      Score({"static", RunKind::kStatic, std::nullopt, Side::kBoth}, StaticVectors(base, prepared_.documents),
            StaticVectors(base, prepared_.queries));
    }
  }

  std::vector<TaskResult> Results(const EmbedderImpl& base) && {
    std::vector<TaskResult> results;
    for (std::size_t s = 0; s < prepared_.scorers.size(); ++s) {
      const PreparedTask::Scorer& scorer = prepared_.scorers[s];
      std::vector<ScoredRun>& runs = runs_[s];
      runs.insert(runs.end(), scorer.extra.begin(), scorer.extra.end());
      TaskResult result = scorer.result;
      result.runs = CompareRuns(runs, scorer.ids, scorer.lengths, options_.resampling, base.pool());
      result.sweep = SummariseSweep(runs, scorer.ids, scorer.lengths, options_.resampling, base.pool());
      results.push_back(std::move(result));
    }
    return results;
  }

 private:
  // Whether a run of the sweep embeds the texts of this side anew.
  bool Needs(Side texts) const {
    return std::any_of(sides_.begin(), sides_.end(),
                       [&](Side side) { return side == Side::kBoth || side == texts; });
  }

  std::size_t Texts(bool documents, bool queries) const {
    return (documents ? prepared_.documents.size() : 0) + (queries ? prepared_.queries.size() : 0);
  }

  VectorSet Embed(const EmbedderImpl& embedder, std::span<const std::string> texts) {
    if (texts.empty()) return {};
    VectorSet vectors = EmbedTexts(embedder, texts, [&](std::size_t done) {
      if (progress_) progress_(done_ + done, total_);
    });
    done_ += texts.size();
    return vectors;
  }

  void Score(const RunDescription& description, const VectorSet& documents, const VectorSet& queries) {
    for (std::size_t s = 0; s < prepared_.scorers.size(); ++s) {
      ScoredRun run = prepared_.scorers[s].score(documents, queries);
      run.description = description;
      runs_[s].push_back(std::move(run));
    }
  }

  const PreparedTask& prepared_;
  const EvaluationOptions& options_;
  const EvaluationProgress& progress_;
  std::vector<Side> sides_;
  std::vector<std::vector<ScoredRun>> runs_;  // by scorer
  std::size_t done_ = 0;
  std::size_t total_ = 0;
};

}  // namespace

std::vector<TaskResult> EvaluateTask(const Task& task, const EmbedderImpl& base,
                                     const EmbedderAt& embedder_at, const EvaluationOptions& options,
                                     const EvaluationProgress& progress) {
  if (!(options.resampling.confidence > 0 && options.resampling.confidence < 1)) {
    Fail(ErrorCode::kBadInput, "the confidence of intervals is {}, but lies between 0 and 1",
         options.resampling.confidence);
  }
  const PreparedTask prepared = Prepare(task, base);
  Evaluation evaluation(prepared, options, progress);
  evaluation.Run(base, embedder_at);
  return std::move(evaluation).Results(base);
}

}  // namespace lengthwise
