#include "lengthwise/measure.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/fail.h"
#include "embedding/resume_file.h"
#include "embedding/session.h"
#include "lengthwise/evaluate.h"
#include "math/thread_pool.h"
#include "measure/measure.h"
#include "report/merge_statistics.h"
#include "report/report_document.h"
#include "report/statistics_file.h"

namespace lengthwise {
namespace {

// What looks into layers needs some.
void CheckLayers(const MeasureOptions& options, const Session& embedder) {
  const ModelSpec& spec = embedder.spec();
  if (options.probe) RequireLayers(spec, "a table of layers and heads (the option probe)");
  if (options.gains) RequireLayers(spec, "a table of gains");
  if (options.spectrum > 0) RequireLayers(spec, "a spectrum of attention");
  if (options.ablation.any()) RequireLayers(spec, "an ablation of heads");
  if (options.controls.attribution) RequireLayers(spec, "an attribution");
  if (options.controls.passages()) RequireLayers(spec, "an arm of passages (repeated, mixed or diluted)");
  if (options.controls.interventions) RequireLayers(spec, "measuring interventions");
}

MeasureResult PublicResult(const Measurement& measurement, const ReportContext& context) {
  MeasureResult result;
  result.arms = measurement.arms;
  result.index = measurement.index;
  if (measurement.shapes) {
    result.shape = measurement.shapes->fits[measurement.shapes->preferred].shape;
    result.knee = measurement.shapes->knee;
  }
  result.notes = measurement.notes;
  result.statistics = measurement.statistics;
  result.document = FormatReport(ReportDocument(measurement, context));
  return result;
}

}  // namespace

void CheckMeasureOptions(const MeasureOptions& options, const Embedder& embedder) {
  CheckLayers(options, SessionOf(embedder));
  CheckMeasureOptions(options, SessionOf(embedder));
}

MeasureResult Measure(const Embedder& embedder, const DocumentSource& source, const MeasureOptions& options,
                      const Progress& progress) {
  const Session& session = SessionOf(embedder);
  CheckLayers(options, session);
  std::shared_ptr<ResumeFile> resume;
  if (!options.output.empty()) resume = OpenResumeFile(options.output, session, Role::kDocument);
  MeasureResult result = PublicResult(Measure(session, source, options, {progress, resume.get()}),
                                      {options.command, options.source});
  result.token_warnings = TokenWarnings(embedder);
  if (resume != nullptr) result.resumed = resume->found();
  result.resume = std::move(resume);
  return result;
}

MeasureResult Measure(const Embedder& embedder, std::span<const Document> documents,
                      const MeasureOptions& options, const Progress& progress) {
  const DocumentSource source = [&](const DocumentCallback& callback) {
    for (const Document& document : documents) callback(Document(document));
  };
  return Measure(embedder, source, options, progress);
}

void Finish(const MeasureResult& result) {
  if (result.resume != nullptr) result.resume->Remove();
}

void WriteStatistics(const MeasureResult& result, AtomicFile& file) {
  if (result.statistics == nullptr)
    Fail(ErrorCode::kBadInput, "a measurement has statistics to write only where it was asked for them");
  WriteStatistics(*result.statistics, file);
}

MeasureResult MergeStatistics(std::span<const std::string> files, const MergeOptions& options) {
  auto merged = std::make_shared<MeasureStatistics>(ReadAndMerge(files, options.allow_overlap));
  merged->options.command = options.command;
  ThreadPool pool(options.threads);
  Measurement measurement = Summarise(*merged, pool);
  measurement.statistics = std::move(merged);
  return PublicResult(measurement, {options.command, fmt::format("{}", fmt::join(files, ", "))});
}

}  // namespace lengthwise
