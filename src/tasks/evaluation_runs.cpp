#include "tasks/evaluation_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lengthwise {

EvaluationRuns::EvaluationRuns(const PreparedTask& prepared, const Session& base,
                               const EvaluationOptions& options, const Progress& progress)
    : prepared_(prepared),
      base_(base),
      options_(options),
      progress_(progress),
      runs_(prepared.scorers.size()) {}

EvaluationRuns::Reading EvaluationRuns::ReadingOf(const RunDescription& run) {
  Reading reading{.temperature = run.repair.temperature, .cut = run.cut};
  if (run.repair.long_input) {
    reading.window = run.repair.long_input->window;
    reading.stride = run.repair.long_input->stride;
  }
  return reading;
}

EvaluationRuns::Needs EvaluationRuns::NeedsOf(const RunDescription& run) const {
  const Reading reading = ReadingOf(run);
  if (reading.IsBase()) return {};
  if (reading.temperature) return {run.side != Side::kQueries, run.side != Side::kDocuments};
  return {true, !prepared_.sides};
}

// In all, so that progress knows how far it is.
std::size_t EvaluationRuns::CountTexts(std::span<const RunDescription> plan) const {
  std::size_t count = prepared_.documents.size() + prepared_.queries.size() + prepared_.pseudo_queries.size();
  for (const PreparedTask::Other& other : prepared_.others) count += other.documents.size();
  for (std::size_t first = 0; first < plan.size();) {
    const Reading reading = ReadingOf(plan[first]);
    Needs needs;
    std::size_t next = first;
    for (; next < plan.size() && ReadingOf(plan[next]) == reading; ++next) {
      const Needs of_run = NeedsOf(plan[next]);
      needs = {needs.documents || of_run.documents, needs.queries || of_run.queries};
    }
    count +=
        (needs.documents ? prepared_.documents.size() : 0) + (needs.queries ? prepared_.queries.size() : 0);
    first = next;
  }
  return count;
}

EmbedderOptions EvaluationRuns::OptionsOf(const Reading& reading) const {
  EmbedderOptions options = base_.options();
  if (reading.temperature) {
    options.attention.temperature = *reading.temperature;
    options.attention.by_head.clear();
  }
  if (reading.cut) {
    options.max_length = *reading.cut;
    options.long_input = {};
  }
  if (reading.window > 0) return WindowOptions(options, reading.window, reading.stride);
  return options;
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

EvaluationRuns::ReadVectors& EvaluationRuns::Read(const RunDescription& run) {
  const Reading reading = ReadingOf(run);
  if (reading.IsBase()) return *base_vectors_;
  if (!(reading == reading_)) {
    reading_ = reading;
    session_ = std::make_unique<Session>(base_.shared_model(), base_.shared_pool(), OptionsOf(reading));
    read_.reset();
    embedded_ = {};
  }
  const auto embed = reading.window > 0 ? &EmbedTextWindows : &EmbedTexts;
  const Needs needs = NeedsOf(run);
  if (needs.documents && embedded_.documents.rows() == 0) {
    embedded_.documents = Embed(*session_, prepared_.documents, Role::kDocument, embed);
    if (reading.window > 0 && embedded_.documents.rows() == embedded_.documents.size()) {
      notes_.push_back(fmt::format(
          "No document is longer than a window of {} tokens: there is nothing to mix, and no scatter within "
          "documents.",
          reading.window));
    }
  }
  if (needs.queries && embedded_.queries.rows() == 0) {
    embedded_.queries = Embed(*session_, prepared_.queries, QueryRole(), embed);
  }
  if (read_ != nullptr && read_->side == run.side) return *read_;
  read_ = std::make_unique<ReadVectors>();
  read_->side = run.side;
  read_->vectors = {needs.documents ? embedded_.documents : base_vectors_->vectors.documents,
                    needs.queries ? embedded_.queries : base_vectors_->vectors.queries};
  return *read_;
}

TaskFit& EvaluationRuns::FitsOf(const RunDescription& run, ReadVectors& read) {
  // Of whole documents, the windows read last tell what varies within them.
  const bool within_of_windows = run.repair.post_process->within > 0 && !run.repair.long_input;
  if (read.fits == nullptr || within_of_windows != read.within_of_windows) {
    read.fits = std::make_unique<TaskFit>(read.vectors, prepared_.sides, options_.resampling.seed, pseudo_,
                                          within_of_windows ? &embedded_.documents : nullptr);
    read.within_of_windows = within_of_windows;
  }
  return *read.fits;
}

const TaskVectors& EvaluationRuns::Processed(const RunDescription& run) {
  ReadVectors& read = Read(run);
  if (!run.repair.post_process) return read.vectors;
  const Fit fit{run.repair.post_process, run.repair.query_mean};
  if (read.fitted == fit) return read.processed;
  read.processed = FitsOf(run, read).Whole(*fit.spec);
  read.fitted = fit;
  return read.processed;
}

VectorSet EvaluationRuns::Shaped(const LongInput& policy, const VectorSet& windows,
                                 std::span<const std::size_t> tokens) const {
  return windows.rows() == 0 ? windows : MixedWindows(*session_, policy, windows, tokens);
}

TaskVectors EvaluationRuns::Shaped(const RunDescription& run, const TaskVectors& vectors) const {
  const LongInput& policy = *run.repair.long_input;
  if (policy.kind == LongInputKind::kWindows) {
    return {ManyVectors(policy, vectors.documents, base_.pool()), vectors.queries};
  }
  return {Shaped(policy, vectors.documents, prepared_.document_tokens),
          prepared_.sides ? vectors.queries : Shaped(policy, vectors.queries, prepared_.query_tokens)};
}

namespace {

// Whether documents are scored by the vectors that they were read as.
bool AsRead(const RunDescription& run) {
  if (!run.repair.long_input) return true;
  const LongInput& policy = *run.repair.long_input;
  return policy.kind == LongInputKind::kWindows && policy.vectors == 0 && !policy.add_body;
}

}  // namespace

void EvaluationRuns::Score(const RunDescription& run) {
  if (run.held_out) {
    ScoreHeldOut(run);
    return;
  }
  const TaskVectors& vectors = Processed(run);
  if (AsRead(run)) {
    ScoreVectors(run, vectors);
  } else {
    ScoreVectors(run, Shaped(run, vectors));
  }
}

DocumentCosines EvaluationRuns::CosinesOf(const RunDescription& run, const VectorSet& documents) const {
  // Several vectors a document have no cosine with those of another document.
  if (run.matching.best) return {};
  return CosinesByLength(documents, prepared_.document_tokens);
}

void EvaluationRuns::ScoreHeldOut(const RunDescription& run) {
  const PreparedTask::Scorer& scorer = prepared_.scorers[0];
  ReadVectors& read = Read(run);
  std::vector<ScoredRun> draws;
  for (const HeldOutSplit& split : prepared_.held_out) {
    TaskVectors fits[2];
    for (std::size_t fitted = 0; fitted < 2 && run.repair.post_process; ++fitted) {
      fits[fitted] = FitsOf(run, read).HeldOut(*run.repair.post_process,
                                               run.repair.query_mean.value_or(QueryMean{}), split, fitted);
      if (!AsRead(run)) fits[fitted] = Shaped(run, fits[fitted]);
    }
    DocumentCosines cosines;
    if (run.repair.post_process) {
      draws.push_back(scorer.score(JoinFits(fits, split), run.matching, split.queries));
      cosines = CosinesOf(run, UnseenDocuments(fits, split));
    } else {
      draws.push_back(
          scorer.score(AsRead(run) ? read.vectors : Shaped(run, read.vectors), run.matching, split.queries));
      cosines = CosinesOf(run, read.vectors.documents);
    }
    draws.back().cosines = std::move(cosines.buckets);
    draws.back().document_cosines = std::move(cosines.documents);
  }
  runs_[0].push_back(MeanOfRuns(draws));
  runs_[0].back().description = run;
}

void EvaluationRuns::ScoreVectors(const RunDescription& run, const TaskVectors& vectors) {
  const DocumentCosines cosines = CosinesOf(run, vectors.documents);
  for (std::size_t s = 0; s < prepared_.scorers.size(); ++s) {
    ScoredRun scored = prepared_.scorers[s].score(vectors, run.matching, std::nullopt);
    scored.description = run;
    scored.cosines = cosines.buckets;
    scored.document_cosines = cosines.documents;
    runs_[s].push_back(std::move(scored));
  }
}

void EvaluationRuns::ScoreOthers() {
  for (const PreparedTask::Other& other : prepared_.others) {
    const TaskVectors vectors{Embed(base_, other.documents, Role::kDocument), base_vectors_->vectors.queries};
    ScoredRun run = other.score(vectors, {}, std::nullopt);
    run.description.corpus = other.name;
    run.cosines = CosinesByLength(vectors.documents, other.document_tokens).buckets;
    runs_[0].push_back(std::move(run));
  }
}

std::vector<std::vector<ScoredRun>> EvaluationRuns::Run() {
  const std::vector<RunDescription> plan = PlanRuns(options_, prepared_.sides);
  total_ = CountTexts(plan);
  base_vectors_ = std::make_unique<ReadVectors>();
  base_vectors_->vectors = {Embed(base_, prepared_.documents, Role::kDocument),
                            Embed(base_, prepared_.queries, QueryRole())};
  pseudo_ = Embed(base_, prepared_.pseudo_queries, QueryRole());
  pseudo_.offsets = prepared_.pseudo_offsets;
  for (const RunDescription& run : plan) Score(run);
  ScoreOthers();
  if (options_.static_control) {
    RunDescription about;
    about.kind = RunKind::kStatic;
    ScoreVectors(about, {StaticVectors(base_, prepared_.documents), StaticVectors(base_, prepared_.queries)});
  }
  for (std::size_t s = 0; s < prepared_.scorers.size(); ++s) {
    const std::vector<ScoredRun>& extra = prepared_.scorers[s].extra;
    runs_[s].insert(runs_[s].end(), extra.begin(), extra.end());
  }
  return std::move(runs_);
}

}  // namespace lengthwise
