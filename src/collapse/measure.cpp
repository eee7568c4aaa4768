#include "collapse/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/fail.h"
#include "base/random.h"

namespace lengthwise {
namespace {

void CheckOptions(const MeasureOptions& options, const EmbedderImpl& embedder) {
  if (!options.natural && !options.truncated && !options.static_control && !options.controls.any()) {
    Fail(ErrorCode::kBadInput,
         "no arm to measure; the arms are natural, truncated, static, repeated, mixed and diluted");
  }
  if (!(options.resampling.confidence > 0 && options.resampling.confidence < 1)) {
    Fail(ErrorCode::kBadInput, "the confidence of intervals is {}, but lies between 0 and 1",
         options.resampling.confidence);
  }
  if (options.spectrum > 0 && !options.truncated) {
    Fail(ErrorCode::kBadInput, "spectra are computed on the truncated arm, which is not measured here");
  }
  if (options.minimum_documents < 2) {
    Fail(ErrorCode::kBadInput, "the truncated arm needs at least 2 documents, since it compares pairs");
  }
  const std::size_t shortest = embedder.special_tokens() + 1;
  const std::size_t longest = embedder.limits().positions;
  for (std::size_t i = 0; i < options.lengths.size(); ++i) {
    if (options.lengths[i] < shortest || options.lengths[i] > longest) {
      Fail(ErrorCode::kBadInput,
           "a truncated length of {} tokens: this model takes {} to {}, special tokens included",
           options.lengths[i], shortest, longest);
    }
    if (i > 0 && options.lengths[i] <= options.lengths[i - 1]) {
      Fail(ErrorCode::kBadInput, "truncated lengths must ascend, but {} follows {}", options.lengths[i],
           options.lengths[i - 1]);
    }
  }
}

// The documents with the smallest hashes, in input order: which they are does not depend on the input's
// order.
std::vector<Document> Sample(const std::vector<Document>& documents, std::size_t size, std::uint64_t seed) {
  const std::uint64_t stream = Random(seed).Next();
  std::vector<std::pair<std::uint64_t, std::size_t>> ranks;
  for (std::size_t d = 0; d < documents.size(); ++d) {
    ranks.emplace_back(Random(DocumentKey(documents[d]) ^ stream).Next(), d);
  }
  std::sort(ranks.begin(), ranks.end());
  ranks.resize(size);
  std::sort(ranks.begin(), ranks.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<Document> sample;
  for (const auto& [rank, d] : ranks) sample.push_back(documents[d]);
  return sample;
}

ControlFrame FrameOf(const EmbedderImpl& embedder, std::span<const TokenizedDocument> documents,
                     const MeasureOptions& options, std::vector<std::string>& notes) {
  ControlSample sample(embedder, options.controls, options.resampling.seed);
  for (const TokenizedDocument& document : documents) sample.Add(document);
  return sample.Frame(options.minimum_documents, notes);
}

// One kind of sequences, and which vectors are measured of it.
struct KindToMeasure {
  ArmPlan plan;
  ArmRun run;

  std::size_t tokens() const { return run.model ? plan.tokens() : 0; }
};

std::vector<KindToMeasure> PlanKinds(const EmbedderImpl& embedder,
                                     std::span<const TokenizedDocument> documents,
                                     const MeasureOptions& options, std::vector<std::string>& notes) {
  const LengthLimits limits = embedder.limits();
  const bool static_alone = options.static_control && !options.natural && !options.truncated;
  const auto run = [&](bool model) {
    return ArmRun{.model = model,
                  .static_control = options.static_control,
                  .probe = model && options.probe,
                  .kept_vectors = options.kept_vectors};
  };
  std::vector<KindToMeasure> kinds;
  if (options.natural || static_alone) {
    kinds.push_back({PlanNatural(documents, limits.in_force), run(options.natural)});
  }
  if (options.truncated || static_alone) {
    const std::vector<std::size_t> lengths =
        options.lengths.empty() ? TruncationLengths(limits.sentence_transformers, limits.positions)
                                : options.lengths;
    kinds.push_back(
        {PlanTruncated(documents, lengths, options.minimum_documents, notes), run(options.truncated)});
  }
  return kinds;
}

void NoteZeroVectors(const ArmResult& arm, std::vector<std::string>& notes) {
  std::uint64_t zero_vectors = 0;
  for (const BucketResult& bucket : arm.buckets) zero_vectors += bucket.zero_vectors;
  if (zero_vectors == 0) return;
  notes.push_back(fmt::format(
      "{} vectors of the {} arm ({} vectors) are all zeros; their cosine with every vector counts as 0.",
      zero_vectors, SequenceKindName(arm.sequences), VectorKindName(arm.vectors)));
}

void AddTables(const LengthStats& stats, SequenceKind kind, MeasureResult& result) {
  const std::vector<LayerResult> layers = SummariseLayers(stats, kind);
  const std::vector<HeadResult> heads = SummariseHeads(stats, kind);
  result.layers.insert(result.layers.end(), layers.begin(), layers.end());
  result.heads.insert(result.heads.end(), heads.begin(), heads.end());
}

void CompareCurves(const ArmSummary& model, const std::optional<ArmSummary>& static_control,
                   double confidence, MeasureResult& result) {
  if (!model.curve) return;
  const LengthCurve* static_curve =
      static_control && static_control->curve ? &*static_control->curve : nullptr;
  result.index = MeasureCollapseIndex(*model.curve, static_curve, confidence);
  result.shapes = CompareShapes(*model.curve, confidence);
}

void MeasureKind(const EmbedderImpl& embedder, std::span<const TokenizedDocument> documents,
                 const KindToMeasure& kind, const TokenProgress& progress, MeasureResult& result) {
  const ArmPlan& plan = kind.plan;
  const ArmStats stats = RunArm(embedder, documents, plan, kind.run, progress);
  std::optional<ArmSummary> static_control;
  if (stats.static_control) {
    static_control = SummariseArm(*stats.static_control, plan.kind, VectorKind::kStatic, plan.documents,
                                  result.resampling, embedder.pool());
    NoteZeroVectors(static_control->result, result.notes);
    result.arms.push_back(static_control->result);
  }
  if (!stats.model) return;
  const ArmSummary model = SummariseArm(*stats.model, plan.kind, VectorKind::kModel, plan.documents,
                                        result.resampling, embedder.pool());
  NoteZeroVectors(model.result, result.notes);
  result.arms.push_back(model.result);
  AddTables(*stats.model, plan.kind, result);
  CompareCurves(model, static_control, result.resampling.confidence, result);
}

}  // namespace

MeasureResult Measure(const EmbedderImpl& embedder, const std::vector<Document>& documents,
                      const MeasureOptions& options, const MeasureProgress& progress) {
  if (documents.empty()) Fail(ErrorCode::kBadInput, "no documents to measure");
  CheckOptions(options, embedder);
  const bool draw = options.sample > 0 && options.sample < documents.size();
  const std::vector<Document> sample =
      draw ? Sample(documents, options.sample, options.resampling.seed) : std::vector<Document>{};
  const std::vector<Document>& measured = draw ? sample : documents;

  MeasureResult result;
  result.resampling = options.resampling;
  result.model = DescribeModel(embedder);
  result.truncated_asked = options.truncated;
  const std::vector<TokenizedDocument> tokenized = TokenizeDocuments(embedder, measured);
  result.data = DescribeData(measured, tokenized, documents.size(), result.model.limits.in_force);
  if (embedder.options().long_input.kind != LongInputKind::kTruncate) {
    result.notes.push_back(fmt::format(
        "Texts longer than the length in force are cut here, not treated as --long-input {} would.",
        LongInputKindName(embedder.options().long_input.kind)));
  }

  const std::vector<KindToMeasure> kinds = PlanKinds(embedder, tokenized, options, result.notes);
  std::size_t total = 0;
  for (const KindToMeasure& kind : kinds) total += kind.tokens();
  ControlFrame frame;
  if (options.controls.any()) {
    frame = FrameOf(embedder, tokenized, options, result.notes);
    for (const ControlCondition condition : PlanControls(frame, options.controls)) {
      total += CountTokens(frame, condition);
    }
  }
  std::size_t before = 0;
  for (const KindToMeasure& kind : kinds) {
    MeasureKind(
        embedder, tokenized, kind,
        [&](std::size_t tokens) {
          if (progress) progress(before + tokens, total);
        },
        result);
    before += kind.tokens();
  }
  if (options.controls.any()) {
    result.controls =
        MeasureControls(embedder, frame, options.controls, options.resampling, [&](std::size_t tokens) {
          if (progress) progress(before + tokens, total);
        });
  }
  for (const KindToMeasure& kind : kinds) {
    if (options.spectrum == 0 || kind.plan.kind != SequenceKind::kTruncated) continue;
    if (kind.plan.sequences.empty()) {
      result.notes.emplace_back("There are no spectra of heads, since the truncated arm is empty.");
      continue;
    }
    std::vector<std::size_t> lengths;
    for (const LengthBucket& bucket : kind.plan.buckets) lengths.push_back(bucket.to);
    result.spectrum = MeasureSpectrum(embedder, tokenized, lengths, options.spectrum, options.resampling.seed,
                                      options.resampling.confidence, options.spectrum_progress);
  }
  // Embeddings first, then their controls.
  std::stable_sort(result.arms.begin(), result.arms.end(), [](const ArmResult& a, const ArmResult& b) {
    return a.vectors == VectorKind::kModel && b.vectors != VectorKind::kModel;
  });
  return result;
}

}  // namespace lengthwise
