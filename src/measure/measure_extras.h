// What a measurement holds beside the statistics that merge: measured on the same documents, of which no more
// are held than each part needs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controls/control_plan.h"
#include "controls/intervention_frame.h"
#include "controls/placement_frame.h"
#include "measure/measure.h"

namespace lengthwise {

// The controls, the interventions, the placement of passages, the ablation and the spectra. Lives as long as
// the measurement that uses its hooks; `options` outlive it.
class MeasureExtras {
 public:
  MeasureExtras(const Session& embedder, const MeasureOptions& options);

  GatherHooks Hooks();

  // Once the hooks have seen the documents.
  void Measure(const GatheredDocuments& gathered, const Progress& progress, Measurement& result);

 private:
  std::size_t Plan(const GatheredDocuments& gathered);
  std::size_t AblationTokens() const;
  // Null: nothing is repaired.
  const EmbedderOptions* Repaired() const;
  void AddControls(const TokenProgress& progress, Measurement& result) const;
  void AddAblation(const TokenProgress& progress, Measurement& result) const;
  void AddSpectrum(const GatheredDocuments& gathered, Measurement& result) const;

  const Session& embedder_;
  const MeasureOptions& options_;
  std::optional<ControlSample> control_sample_;
  std::optional<InterventionSample> intervention_sample_;
  std::optional<PlacementSample> placement_sample_;
  ControlFrame controls_;
  InterventionFrame interventions_;
  PlacementFrame placement_;
  AblationPlan ablation_;
  std::vector<std::string> notes_;
  std::size_t later_tokens_ = 0;
};

}  // namespace lengthwise
