// Measuring length-induced collapse: documents in, every number of the report out.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attention/spectrum_table.h"
#include "collapse/arm_result.h"
#include "collapse/collapse_index.h"
#include "collapse/description.h"
#include "collapse/shapes.h"
#include "controls/ablation.h"
#include "controls/controls.h"
#include "controls/gain.h"
#include "embedding/session.h"
#include "measure/measure_options.h"
#include "measure/measure_statistics.h"

namespace lengthwise {

struct Measurement {
  ResamplingOptions resampling;
  ModelDescription model;
  DataDescription data;
  std::vector<ArmResult> arms;  // those asked for: embeddings, then static controls
  std::vector<LayerResult> layers;
  std::vector<HeadResult> heads;
  std::optional<SpectrumTable> spectrum;
  std::vector<GainResult> gains;           // empty: not asked for, or no truncated arm
  std::optional<AblationResult> ablation;  // absent: not asked for, or too few documents
  bool truncated_asked = false;
  std::optional<CollapseIndex> index;
  std::optional<Shapes> shapes;
  std::optional<ControlResult> controls;  // absent if none was asked for
  std::vector<std::string> notes;         // what a reader must know, in words
  // What it is made from; null unless options.statistics.
  std::shared_ptr<const MeasureStatistics> statistics;
};

// The numbers of gathered statistics, whether of one pass or merged. The model is not needed.
Measurement Summarise(const MeasureStatistics& statistics, ThreadPool& pool);

// GatherStatistics and Summarise, and what is not made from statistics: spectra, ablation. The same
// documents, in any order, options and model give the same result at any number of threads. Throws as these
// do.
Measurement Measure(const Session& embedder, const DocumentSource& source, const MeasureOptions& options,
                    const MeasureRun& run = {});

}  // namespace lengthwise
