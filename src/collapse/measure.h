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
#include "collapse/shapes.h"
#include "embedding/embedder_impl.h"
#include "text/documents.h"

namespace lengthwise {

struct MeasureOptions {
  // The arms. `static_control` follows the sequences of those asked for; of both where it stands alone.
  bool natural = true;
  bool truncated = true;
  bool static_control = true;
  bool probe = false;  // tables of layers and heads
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

// Tokens a document, whole, special tokens included; quantiles by nearest rank.
struct LengthQuantiles {
  std::size_t min = 0, p10 = 0, p25 = 0, p50 = 0, p75 = 0, p90 = 0, max = 0;
};

struct DataDescription {
  std::string fingerprint;  // of the ids and texts measured, in order
  std::size_t read = 0;
  std::size_t documents = 0;
  std::size_t tokens = 0;
  std::size_t over_limit = 0;  // longer than the length in force
  LengthQuantiles length_quantiles;
};

struct ModelDescription {
  std::string name;
  std::string architecture;
  std::string fingerprint;
  std::size_t layers = 0;
  std::size_t heads = 0;
  std::size_t hidden = 0;
  std::string pooling;
  bool normalize = false;
  LengthLimits limits;
  AttentionPolicy attention;
};

struct MeasureResult {
  ResamplingOptions resampling;
  ModelDescription model;
  DataDescription data;
  std::vector<ArmResult>
      arms;  // natural, truncated, static (of truncated), static of natural, where asked for
  std::vector<LayerResult> layers;
  std::vector<HeadResult> heads;
  bool truncated_asked = false;
  std::optional<CollapseIndex> index;
  std::optional<Shapes> shapes;
  std::vector<std::string> notes;  // what a reader must know, in words
};

// Tokens embedded, and to be embedded in all.
using MeasureProgress = std::function<void(std::size_t done, std::size_t total)>;

// The same documents, options and model give the same result at any number of threads. Throws kBadInput for
// no documents, no arm, lengths that the model cannot take, or vectors that are not finite.
MeasureResult Measure(const EmbedderImpl& embedder, const std::vector<Document>& documents,
                      const MeasureOptions& options, const MeasureProgress& progress = {});

}  // namespace lengthwise
