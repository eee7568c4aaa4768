#include "tasks/evaluation_runs.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "tasks/post_processed.h"

namespace lengthwise {

EvaluationRuns::EvaluationRuns(const PreparedTask& prepared, const EvaluationOptions& options,
                               const EvaluationProgress& progress)
    : prepared_(prepared),
      options_(options),
      progress_(progress),
      sides_(prepared.sides ? options.sides : std::vector<Side>{Side::kBoth}),
      runs_(prepared.scorers.size()) {
  total_ = Texts(true, true) + prepared.pseudo_queries.size();
  total_ += options.temperatures.size() * Texts(Needs(Side::kDocuments), Needs(Side::kQueries));
  total_ += (options.cuts.size() + options.windows.size()) * Texts(true, !prepared.sides);
  for (const PreparedTask::Other& other : prepared.others) total_ += other.documents.size();
}

bool EvaluationRuns::Needs(Side texts) const {
  return std::any_of(sides_.begin(), sides_.end(),
                     [&](Side side) { return side == Side::kBoth || side == texts; });
}

std::size_t EvaluationRuns::Texts(bool documents, bool queries) const {
  return (documents ? prepared_.documents.size() : 0) + (queries ? prepared_.queries.size() : 0);
}

VectorSet EvaluationRuns::Embed(const Session& embedder, std::span<const std::string> texts, Role role,
                                decltype(&EmbedTexts) embed) {
  if (texts.empty()) return {};
  const auto update = [&](std::size_t done) {
    if (progress_) progress_(done_ + done, total_);
  };
  VectorSet vectors = embed(embedder, texts, role, update, options_.cache);
  done_ += texts.size();
  return vectors;
}

void EvaluationRuns::ForEachPostProcess(const RunDescription& about, const TaskVectors& vectors,
                                        const Show& show) const {
  for (const PostProcessSpec& spec : options_.post_processes) {
    RunDescription run = about;
    run.post_process = spec;
    show(run, PostProcessWhole(spec, vectors, prepared_.sides));
    if (!prepared_.sides) continue;
    run.held_out = true;
    show(run, PostProcessHeldOut({spec, std::nullopt, options_.resampling.seed}, vectors, pseudo_));
  }
}

void EvaluationRuns::RunBase(const TaskVectors& vectors) {
  Score({}, vectors);
  ScoreCsls({}, vectors);
  ForEachPostProcess({}, vectors, [&](const RunDescription& about, const TaskVectors& processed) {
    Score(about, processed);
    if (options_.combine) ScoreCsls(about, processed);
  });
  if (!prepared_.sides) return;
  for (const PostProcessSpec& spec : options_.post_processes) {
    for (const QueryMean& mean : options_.query_means) {
      RunDescription run;
      run.post_process = spec;
      run.query_mean = mean;
      run.held_out = true;
      Score(run, PostProcessHeldOut({spec, mean, options_.resampling.seed}, vectors, pseudo_));
    }
  }
}

void EvaluationRuns::RunTemperature(float temperature, const Session& embedder, const TaskVectors& base) {
  const TaskVectors hot{
      Needs(Side::kDocuments) ? Embed(embedder, prepared_.documents, Role::kDocument) : VectorSet{},
      Needs(Side::kQueries) ? Embed(embedder, prepared_.queries, QueryRole()) : VectorSet{}};
  for (const Side side : sides_) {
    RunDescription about;
    about.temperature = temperature;
    about.side = side;
    const TaskVectors vectors{side == Side::kQueries ? base.documents : hot.documents,
                              side == Side::kDocuments ? base.queries : hot.queries};
    Score(about, vectors);
    if (!options_.combine) continue;
    ForEachPostProcess(about, vectors,
                       [&](const RunDescription& processed_about, const TaskVectors& processed) {
                         Score(processed_about, processed);
                       });
  }
}

void EvaluationRuns::RunWindow(std::size_t window, const Session& embedder, const TaskVectors& base) {
  TaskVectors windows;
  windows.documents = Embed(embedder, prepared_.documents, Role::kDocument, &EmbedTextWindows);
  windows.queries =
      prepared_.sides ? base.queries : Embed(embedder, prepared_.queries, QueryRole(), &EmbedTextWindows);
  const Show show = [&](RunDescription about, const TaskVectors& vectors) {
    about.best = std::nullopt;
    Score(about, {MeanOfWindows(embedder, vectors.documents, prepared_.document_tokens),
                  prepared_.sides ? vectors.queries
                                  : MeanOfWindows(embedder, vectors.queries, prepared_.query_tokens)});
    if (!prepared_.sides) return;
    for (const std::size_t best : options_.best) {
      about.best = best;
      Score(about, vectors);
    }
  };
  RunDescription about;
  about.window = window;
  show(about, windows);
  ForEachPostProcess(about, windows, show);
}

void EvaluationRuns::RunOthers(const Session& base, const TaskVectors& vectors) {
  for (const PreparedTask::Other& other : prepared_.others) {
    const TaskVectors of_other{Embed(base, other.documents, Role::kDocument), vectors.queries};
    ScoredRun run = other.score(of_other, {});
    run.description.corpus = other.name;
    run.cosines = CosinesByLength(of_other.documents, other.document_tokens);
    runs_[0].push_back(std::move(run));
  }
}

void EvaluationRuns::ScoreCsls(RunDescription about, const TaskVectors& vectors) {
  if (!prepared_.sides) return;
  for (const std::size_t neighbours : options_.csls) {
    about.csls = neighbours;
    // Where the vectors are held out, so is what CSLS sees; else both are shown.
    if (!about.held_out) Score(about, vectors);
    RunDescription held_out = about;
    held_out.held_out = true;
    if (about.held_out || !about.post_process) Score(held_out, vectors);
  }
}

void EvaluationRuns::Score(const RunDescription& about, const TaskVectors& vectors) {
  const Matching matching{about.best.value_or(1), about.csls, about.held_out, options_.resampling.seed};
  // Several vectors a document have no cosine with those of another document.
  const std::vector<BucketCosine> cosines =
      about.best ? std::vector<BucketCosine>{}
                 : CosinesByLength(vectors.documents, prepared_.document_tokens);
  for (std::size_t s = 0; s < prepared_.scorers.size(); ++s) {
    ScoredRun run = prepared_.scorers[s].score(vectors, matching);
    run.description = about;
    run.cosines = cosines;
    runs_[s].push_back(std::move(run));
  }
}

std::vector<std::vector<ScoredRun>> EvaluationRuns::Run(const Session& base,
                                                        const EmbedderFor& embedder_for) && {
  const TaskVectors vectors{Embed(base, prepared_.documents, Role::kDocument),
                            Embed(base, prepared_.queries, QueryRole())};
  pseudo_ = Embed(base, prepared_.pseudo_queries, QueryRole());
  pseudo_.offsets = prepared_.pseudo_offsets;
  RunBase(vectors);
  for (const float temperature : options_.temperatures) {
    RunTemperature(temperature, *embedder_for({.temperature = temperature, .length = {}, .window = {}}),
                   vectors);
  }
  for (const std::size_t length : options_.cuts) {
    const std::unique_ptr<Session> embedder =
        embedder_for({.temperature = {}, .length = length, .window = {}});
    RunDescription about;
    about.cut = length;
    Score(about, {Embed(*embedder, prepared_.documents, Role::kDocument),
                  prepared_.sides ? vectors.queries : Embed(*embedder, prepared_.queries, QueryRole())});
  }
  for (const std::size_t window : options_.windows) {
    RunWindow(window, *embedder_for({.temperature = {}, .length = {}, .window = window}), vectors);
  }
  RunOthers(base, vectors);
  if (options_.static_control) {
    RunDescription about;
    about.kind = RunKind::kStatic;
    Score(about, {StaticVectors(base, prepared_.documents), StaticVectors(base, prepared_.queries)});
  }
  for (std::size_t s = 0; s < prepared_.scorers.size(); ++s) {
    const std::vector<ScoredRun>& extra = prepared_.scorers[s].extra;
    runs_[s].insert(runs_[s].end(), extra.begin(), extra.end());
  }
  return std::move(runs_);
}

}  // namespace lengthwise
