#include "tasks/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/fail.h"
#include "tasks/compare_runs.h"
#include "tasks/post_processed.h"
#include "tasks/prepared_task.h"
#include "tasks/text_vectors.h"

namespace lengthwise {
namespace {

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
    total_ = Texts(true, true) + options.cuts.size() * Texts(true, !prepared_.sides);
    for (std::size_t t = 0; t < options.temperatures.size(); ++t) {
      total_ += Texts(Needs(Side::kDocuments), Needs(Side::kQueries));
    }
  }

  void Run(const EmbedderImpl& base, const EmbedderFor& embedder_for) {
    const VectorSet documents = Embed(base, prepared_.documents, Role::kDocument);
    const VectorSet queries = Embed(base, prepared_.queries, QueryRole());
    Score({"model", RunKind::kModel, std::nullopt, Side::kBoth}, documents, queries);
    for (const PostProcessSpec& spec : options_.post_processes) ScorePostProcessed(spec, documents, queries);
    for (const float temperature : options_.temperatures) {
      const std::unique_ptr<EmbedderImpl> embedder = embedder_for({.temperature = temperature, .length = {}});
      const VectorSet hot_documents =
          Needs(Side::kDocuments) ? Embed(*embedder, prepared_.documents, Role::kDocument) : VectorSet{};
      const VectorSet hot_queries =
          Needs(Side::kQueries) ? Embed(*embedder, prepared_.queries, QueryRole()) : VectorSet{};
      for (const Side side : sides_) {
        const std::string name = sides_.size() == 1 && side == Side::kBoth
                                     ? fmt::format("temperature {}", temperature)
                                     : fmt::format("temperature {} {}", temperature, SideName(side));
        Score({name, RunKind::kModel, static_cast<double>(temperature), side},
              side == Side::kQueries ? documents : hot_documents,
              side == Side::kDocuments ? queries : hot_queries);
      }
    }
    for (const std::size_t length : options_.cuts) {
      const std::unique_ptr<EmbedderImpl> embedder = embedder_for({.temperature = {}, .length = length});
      const VectorSet cut = Embed(*embedder, prepared_.documents, Role::kDocument);
      Score({fmt::format("cut to {} tokens", length), RunKind::kModel, std::nullopt, Side::kBoth}, cut,
            prepared_.sides ? queries : Embed(*embedder, prepared_.queries, QueryRole()));
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
      // Pairs have two texts each, of which no bucket of one length speaks.
      if (result.kind != "similarity") {
        result.collapse = PredictLoss(runs, scorer.lengths[0], options_.resampling, base.pool());
      }
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

  // Where there are no two sides, the second text of a pair is as much a document as the first.
  Role QueryRole() const { return prepared_.sides ? Role::kQuery : Role::kDocument; }

  VectorSet Embed(const EmbedderImpl& embedder, std::span<const std::string> texts, Role role) {
    if (texts.empty()) return {};
    VectorSet vectors = EmbedTexts(embedder, texts, role, [&](std::size_t done) {
      if (progress_) progress_(done_ + done, total_);
    });
    done_ += texts.size();
    return vectors;
  }

  void ScorePostProcessed(const PostProcessSpec& spec, const VectorSet& documents, const VectorSet& queries) {
    const std::string name = FormatPostProcessSpec(spec);
    const PostProcessedVectors whole = PostProcessWhole(spec, documents, queries, prepared_.sides);
    Score({name, RunKind::kModel, std::nullopt, Side::kBoth}, whole.documents, whole.queries);
    if (!prepared_.sides) return;
    const PostProcessedVectors held_out =
        PostProcessHeldOut(spec, documents, queries, options_.resampling.seed);
    Score({name + " held out", RunKind::kModel, std::nullopt, Side::kBoth}, held_out.documents,
          held_out.queries);
  }

  void Score(const RunDescription& description, const VectorSet& documents, const VectorSet& queries) {
    const std::vector<BucketCosine> cosines = CosinesByLength(documents, prepared_.document_tokens);
    for (std::size_t s = 0; s < prepared_.scorers.size(); ++s) {
      ScoredRun run = prepared_.scorers[s].score(documents, queries);
      run.description = description;
      run.cosines = cosines;
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
                                     const EmbedderFor& embedder_for, const EvaluationOptions& options,
                                     const EvaluationProgress& progress) {
  if (!(options.resampling.confidence > 0 && options.resampling.confidence < 1)) {
    Fail(ErrorCode::kBadInput, "the confidence of intervals is {}, but lies between 0 and 1",
         options.resampling.confidence);
  }
  const PreparedTask prepared = PrepareTask(task, base, options.resampling.seed);
  Evaluation evaluation(prepared, options, progress);
  evaluation.Run(base, embedder_for);
  return std::move(evaluation).Results(base);
}

}  // namespace lengthwise
