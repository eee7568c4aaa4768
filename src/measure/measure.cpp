#include "measure/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "measure/measure_extras.h"

namespace lengthwise {
namespace {

void NoteZeroVectors(const ArmResult& arm, std::vector<std::string>& notes) {
  std::uint64_t zero_vectors = 0;
  for (const BucketResult& bucket : arm.buckets) zero_vectors += bucket.zero_vectors;
  if (zero_vectors == 0) return;
  notes.push_back(fmt::format(
      "{} vectors of the {} arm ({} vectors) are all zeros; their cosine with every vector counts as 0.",
      zero_vectors, SequenceKindName(arm.sequences), VectorKindName(arm.vectors)));
}

void AddTables(const LengthStats& stats, SequenceKind kind, Measurement& result) {
  const std::vector<LayerResult> layers = SummariseLayers(stats, kind);
  const std::vector<HeadResult> heads = SummariseHeads(stats, kind);
  result.layers.insert(result.layers.end(), layers.begin(), layers.end());
  result.heads.insert(result.heads.end(), heads.begin(), heads.end());
}

void CompareCurves(const ArmSummary& model, const std::optional<ArmSummary>& static_control,
                   double confidence, Measurement& result) {
  if (!model.curve) return;
  const LengthCurve* static_curve =
      static_control && static_control->curve ? &*static_control->curve : nullptr;
  result.index = MeasureCollapseIndex(*model.curve, static_curve, confidence);
  result.shapes = CompareShapes(*model.curve, confidence);
}

void SummariseKind(const ArmStats& stats, SequenceKind kind, std::size_t documents, ThreadPool& pool,
                   Measurement& result) {
  std::optional<ArmSummary> static_control;
  if (stats.static_control) {
    static_control =
        SummariseArm(*stats.static_control, kind, VectorKind::kStatic, documents, result.resampling, pool);
    NoteZeroVectors(static_control->result, result.notes);
    result.arms.push_back(static_control->result);
  }
  if (!stats.model) return;
  const ArmSummary model =
      SummariseArm(*stats.model, kind, VectorKind::kModel, documents, result.resampling, pool);
  NoteZeroVectors(model.result, result.notes);
  result.arms.push_back(model.result);
  AddTables(*stats.model, kind, result);
  CompareCurves(model, static_control, result.resampling.confidence, result);
}

// The statistics of the documents that reach the first `used` lengths, cut to each.
ArmStats TruncatedArm(const MeasureStatistics& statistics, std::size_t used, std::size_t documents) {
  const MeasureOptions& options = statistics.options;
  const std::size_t dimension = statistics.model.dimension;
  std::vector<LengthBucket> buckets;
  for (std::size_t l = 0; l < used; ++l) buckets.push_back({options.lengths[l], options.lengths[l], false});
  ArmStats stats = MakeArmStats(dimension, buckets,
                                {.model = options.truncated,
                                 .static_control = options.static_control,
                                 .probe = options.probe,
                                 .kept_vectors = options.kept_vectors});
  for (std::size_t d = 0; d < documents; ++d) {
    const TruncatedDocument& document = statistics.truncated.documents[d];
    for (std::size_t l = 0; l < used; ++l) {
      Observation observation{.key = document.key,
                              .tokens = options.lengths[l],
                              .cut = document.tokens > options.lengths[l],
                              .vector = {},
                              .probe = nullptr};
      if (stats.static_control) {
        observation.vector = std::span(document.static_control).subspan(l * dimension, dimension);
        stats.static_control->Add(l, observation);
      }
      if (stats.model) {
        observation.vector = std::span(document.model).subspan(l * dimension, dimension);
        observation.probe = options.probe ? &document.probes[l] : nullptr;
        stats.model->Add(l, observation);
      }
    }
  }
  return stats;
}

void SummariseTruncated(const MeasureStatistics& statistics, ThreadPool& pool, Measurement& result) {
  const MeasureOptions& options = statistics.options;
  const LengthCounts& counts = statistics.truncated.counts;
  const std::size_t used = UsedLengths(counts, options.minimum_documents, result.notes);
  const std::size_t enough = used > 0 ? counts.at_least[used - 1] : 0;
  const std::size_t documents = std::min(enough, options.truncated_documents);
  if (enough > documents) {
    result.notes.push_back(
        fmt::format("The truncated arm holds {} of the {} documents that have {} tokens, drawn at random.",
                    documents, enough, counts.lengths[used - 1]));
  }
  SummariseKind(TruncatedArm(statistics, used, documents), SequenceKind::kTruncated, documents, pool, result);
  if (options.gains && documents > 0) {
    result.gains = MeasureGains(std::span(statistics.truncated.documents).first(documents),
                                std::span(options.lengths).first(used), statistics.model.layers,
                                options.resampling, pool);
  }
}

}  // namespace

Measurement Summarise(const MeasureStatistics& statistics, ThreadPool& pool) {
  const MeasureOptions& options = statistics.options;
  Measurement result;
  result.resampling = options.resampling;
  result.model = statistics.model;
  result.data = DescribeData(statistics.data);
  result.truncated_asked = options.truncated;
  result.notes = statistics.notes;
  if (options.AnyNatural()) {
    SummariseKind(statistics.natural, SequenceKind::kNatural, statistics.data.documents, pool, result);
  }
  if (options.AnyTruncated()) SummariseTruncated(statistics, pool, result);
  // Embeddings first, then their controls.
  std::stable_sort(result.arms.begin(), result.arms.end(), [](const ArmResult& a, const ArmResult& b) {
    return a.vectors == VectorKind::kModel && b.vectors != VectorKind::kModel;
  });
  return result;
}

Measurement Measure(const Session& embedder, const DocumentSource& source, const MeasureOptions& options,
                    const MeasureRun& run) {
  MeasureExtras extras(embedder, options);
  GatheredDocuments gathered = GatherStatistics(embedder, source, options, run, extras.Hooks());
  Measurement result = Summarise(gathered.statistics, embedder.pool());
  extras.Measure(gathered, run.progress, result);
  if (options.statistics)
    result.statistics = std::make_shared<const MeasureStatistics>(std::move(gathered.statistics));
  return result;
}

}  // namespace lengthwise
