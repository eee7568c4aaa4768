// Measuring length-induced collapse: documents in, every number of the report out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "collapse/arm_result.h"
#include "collapse/collapse_index.h"
#include "collapse/controls.h"
#include "collapse/description.h"
#include "collapse/shapes.h"
#include "collapse/spectrum_table.h"
#include "embedding/embedder_impl.h"
#include "text/documents.h"

namespace lengthwise {

struct MeasureOptions {
  // The arms. `static_control` follows the sequences of those asked for; of both where it stands alone.
  bool natural = true;
  bool truncated = true;
  bool static_control = true;
  bool probe = false;  // tables of layers and heads
  // Documents of the truncated arm whose heads' spectra are computed; 0: none.
  std::size_t spectrum = 0;
  HeadProgress spectrum_progress;
  ControlOptions controls;
  ResamplingOptions resampling;
  // Documents measured, drawn at random; 0: all.
  std::size_t sample = 0;
  // Of the truncated arm, in tokens, special tokens included; empty: TruncationLengths.
  std::vector<std::size_t> lengths;
  // Fewest documents of the truncated arm.
  std::size_t minimum_documents = 20;
  // Vectors kept in each bucket for intervals, centred cosine, floor and uniformity.
  std::size_t kept_vectors = VectorSample::kDefaultCapacity;
};

struct MeasureResult {
  ResamplingOptions resampling;
  ModelDescription model;
  DataDescription data;
  std::vector<ArmResult> arms;  // those asked for: embeddings, then static controls
  std::vector<LayerResult> layers;
  std::vector<HeadResult> heads;
  std::optional<SpectrumTable> spectrum;
  bool truncated_asked = false;
  std::optional<CollapseIndex> index;
  std::optional<Shapes> shapes;
  std::optional<ControlResult> controls;  // absent if none was asked for
  std::vector<std::string> notes;         // what a reader must know, in words
};

// Tokens embedded, and to be embedded in all.
using MeasureProgress = std::function<void(std::size_t done, std::size_t total)>;

// The same documents, options and model give the same result at any number of threads. Throws kBadInput for
// no documents, no arm, lengths that the model cannot take, or vectors that are not finite.
MeasureResult Measure(const EmbedderImpl& embedder, const std::vector<Document>& documents,
                      const MeasureOptions& options, const MeasureProgress& progress = {});

}  // namespace lengthwise
