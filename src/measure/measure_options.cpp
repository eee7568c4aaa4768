#include "measure/measure_options.h"

#include "base/fail.h"
#include "collapse/truncation.h"
#include "controls/ablation.h"
#include "controls/control_plan.h"
#include "controls/intervention_frame.h"
#include "controls/placement_frame.h"

namespace lengthwise {
namespace {

void CheckMergeable(const MeasureOptions& options) {
  const char* part = options.spectrum > 0     ? "spectra are"
                     : options.controls.any() ? "controls are"
                     : options.ablation.any() ? "an ablation is"
                                              : nullptr;
  if (part == nullptr) return;
  Fail(ErrorCode::kBadInput, "{} not made from statistics that merge; measure without these", part);
}

}  // namespace

void CheckMeasureOptions(const MeasureOptions& options, const Session& embedder) {
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
  if (options.truncated_documents < options.minimum_documents) {
    Fail(ErrorCode::kBadInput, "the truncated arm may hold {} documents at most, but needs {} at least",
         options.truncated_documents, options.minimum_documents);
  }
  if (options.gains && !options.truncated) {
    Fail(ErrorCode::kBadInput, "gains are those of the truncated arm, which is not asked for");
  }
  CheckControlOptions(options.controls, embedder);
  CheckInterventions(options.controls, embedder);
  CheckPlacement(options.controls, embedder);
  CheckAblationOptions(options.ablation, embedder);
  CheckLengths(options.lengths, embedder, "a truncated length", "truncated lengths");
  if (options.statistics) CheckMergeable(options);
}

}  // namespace lengthwise
