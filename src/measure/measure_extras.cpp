#include "measure/measure_extras.h"

#include <cstdint>
#include <span>

namespace lengthwise {

MeasureExtras::MeasureExtras(const Session& embedder, const MeasureOptions& options)
    : embedder_(embedder), options_(options) {
  const std::uint64_t seed = options.resampling.seed;
  if (options.controls.passages()) control_sample_.emplace(embedder, options.controls, seed);
  if (options.controls.interventions) intervention_sample_.emplace(embedder, options.controls, seed);
  if (options.controls.placement) placement_sample_.emplace(embedder, options.controls, seed);
}

GatherHooks MeasureExtras::Hooks() {
  GatherHooks hooks;
  if (options_.controls.any()) {
    hooks.observe = [this](const TokenizedDocument& document) {
      if (control_sample_) control_sample_->Add(document);
      if (intervention_sample_) intervention_sample_->Add(document);
      if (placement_sample_) placement_sample_->Add(document);
    };
  }
  hooks.later_tokens = [this](const GatheredDocuments& gathered) { return Plan(gathered); };
  return hooks;
}

std::size_t MeasureExtras::Plan(const GatheredDocuments& gathered) {
  if (control_sample_) {
    controls_ = control_sample_->Frame(options_.minimum_documents, notes_);
    control_sample_.reset();
    for (const ControlCondition condition : PlanControls(controls_, options_.controls))
      later_tokens_ += CountTokens(controls_, condition);
  }
  if (intervention_sample_) {
    interventions_ = intervention_sample_->Frame(options_.minimum_documents, notes_);
    intervention_sample_.reset();
    later_tokens_ += interventions_.CountTokens();
  }
  if (placement_sample_) {
    placement_ = placement_sample_->Frame(options_.minimum_documents, notes_);
    placement_sample_.reset();
    if (!placement_.documents.empty())
      later_tokens_ += CountPlacementTokens(placement_, embedder_, Repaired());
  }
  if (options_.ablation.any()) {
    const LengthCounts& counts = gathered.statistics.truncated.counts;
    const auto used = std::span(counts.lengths).first(counts.Reached(options_.minimum_documents));
    ablation_ = PlanAblation(gathered.long_documents, used, options_.ablation, notes_);
    later_tokens_ += AblationTokens();
  }
  return later_tokens_;
}

const EmbedderOptions* MeasureExtras::Repaired() const {
  const EmbedderOptions& options = options_.repaired ? *options_.repaired : embedder_.options();
  const bool plain = options.long_input.kind == LongInputKind::kTruncate && options.attention.IsIdentity() &&
                     options.positions.IsIdentity() && options.post_process.IsIdentity();
  return plain ? nullptr : &options;
}

std::size_t MeasureExtras::AblationTokens() const {
  return ablation_.Tokens(embedder_.spec().layers, embedder_.spec().heads, options_.ablation.modes.size());
}

void MeasureExtras::Measure(const GatheredDocuments& gathered, const Progress& progress,
                            Measurement& result) {
  result.notes.insert(result.notes.end(), notes_.begin(), notes_.end());
  std::size_t before = gathered.tokens;
  const std::size_t total = before + later_tokens_;
  const TokenProgress update = [&](std::size_t tokens) { progress(before + tokens, total); };
  AddControls(update, result);
  before = gathered.tokens + later_tokens_ - AblationTokens();
  AddAblation(update, result);
  AddSpectrum(gathered, result);
}

void MeasureExtras::AddControls(const TokenProgress& progress, Measurement& result) const {
  if (!options_.controls.any()) return;
  std::size_t embedded = 0;
  std::size_t before = 0;
  const TokenProgress part = [&](std::size_t tokens) {
    embedded = before + tokens;
    progress(embedded);
  };
  result.controls = MeasureControls(embedder_, controls_, options_.controls, options_.resampling, part);
  before = embedded;
  if (!interventions_.documents.empty())
    result.controls->interventions =
        MeasureInterventions(embedder_, interventions_, options_.resampling, part);
  before = embedded;
  if (!placement_.documents.empty())
    result.controls->placement =
        MeasurePlacement(embedder_, placement_, Repaired(), options_.resampling, part);
}

void MeasureExtras::AddAblation(const TokenProgress& progress, Measurement& result) const {
  if (ablation_.documents.empty()) return;
  const ModelSpec& spec = embedder_.spec();
  const AblationVariants variants = EmbedAblated(embedder_, ablation_, options_.ablation.modes, progress);
  result.ablation = CompareAblated(variants, ablation_.lengths, options_.ablation.modes, spec.layers,
                                   spec.heads, embedder_.dimension(), options_.resampling, embedder_.pool());
}

void MeasureExtras::AddSpectrum(const GatheredDocuments& gathered, Measurement& result) const {
  if (options_.spectrum == 0) return;
  const LengthCounts& counts = gathered.statistics.truncated.counts;
  const std::size_t used = counts.Reached(options_.minimum_documents);
  if (used < 2) {
    result.notes.emplace_back("There are no spectra of heads, since the truncated arm is empty.");
    return;
  }
  result.spectrum = MeasureSpectrum(embedder_, gathered.long_documents, std::span(counts.lengths).first(used),
                                    options_.spectrum, options_.resampling.seed,
                                    options_.resampling.confidence, options_.spectrum_progress);
}

}  // namespace lengthwise
