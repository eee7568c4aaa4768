// What a measurement is asked for.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lengthwise/embedder.h"
#include "lengthwise/head_output.h"
#include "lengthwise/progress.h"
#include "lengthwise/resampling.h"

namespace lengthwise {

// Token sequences that change one thing at a time, so that a rise of cosine with length can be traced to
// content, averaging, attention or positions.
struct ControlOptions {
  bool repeated = false;
  bool mixed = false;
  bool diluted = false;
  bool attribution = false;
  // The same tokens at other positions, with further tokens behind them, and pooled otherwise.
  bool interventions = false;
  // Whether a passage is found wherever it stands in a text of constant length, by how the text is read.
  bool placement = false;
  // Content tokens of the passage that is repeated and diluted, of the pieces that are mixed, and of the
  // windows that attribution compares; 0: an eighth of the model's positions.
  std::size_t passage = 0;
  // Most documents, drawn at random.
  std::size_t documents = 256;

  // Whether any is asked for that is made of passages.
  bool passages() const { return repeated || mixed || diluted || attribution; }
  bool any() const { return passages() || interventions || placement; }
};

// Which heads carry the collapse index: each is replaced in turn.
struct AblationOptions {
  // What replaces a head's output: kDc, kHc, kZero. Empty: no ablation.
  std::vector<HeadOutput> modes;
  // Most documents; the cost grows with them, their lengths, the heads and the modes.
  std::size_t documents = 32;
  // In tokens, special tokens included; empty: three of the truncated arm's.
  std::vector<std::size_t> lengths;

  bool any() const { return !modes.empty(); }
};

// Vectors kept of a set where nothing else is said: 2,048 of 384 components are 3 MB.
inline constexpr std::size_t kDefaultKeptVectors = 2048;

struct MeasureOptions {
  // The arms. `static_control` follows the sequences of those asked for; of both where it stands alone.
  bool natural = true;
  bool truncated = true;
  bool static_control = true;
  bool probe = false;  // tables of layers and heads
  bool gains = false;  // table of the gains of each part of each layer, of the truncated arm
  AblationOptions ablation;
  // Documents of the truncated arm whose heads' spectra are computed; 0: none.
  std::size_t spectrum = 0;
  Progress spectrum_progress;  // of the spectra, which come last: in heads
  ControlOptions controls;
  // How `controls.placement` reads texts beside what the model does by itself; absent: as the embedder's own
  // options have it, where these repair anything.
  std::optional<EmbedderOptions> repaired = {};
  ResamplingOptions resampling;
  // Documents measured, drawn at random; 0: all.
  std::size_t sample = 0;
  // Of the truncated arm, in tokens, special tokens included, ascending; empty: 16, 24, 32, 48, ... to the
  // model's positions, closer above the trained limit.
  std::vector<std::size_t> lengths;
  // Fewest documents of the truncated arm.
  std::size_t minimum_documents = 20;
  // Most documents of the truncated arm: where more are long enough, a sample of this size is drawn by the
  // documents' hashes.
  std::size_t truncated_documents = kDefaultKeptVectors;
  // Tokens that the model was trained to, which the knee is compared with; 0: as LengthLimits::trained has
  // it.
  std::size_t trained_length = 0;
  // Vectors kept in each bucket for intervals, centred cosine, floor and uniformity.
  std::size_t kept_vectors = kDefaultKeptVectors;

  // The result is to hold what it is made from too, so that it can be merged with that of other documents:
  // MeasureResult::statistics. Not beside spectra, controls and ablation.
  bool statistics = false;
  // The file that the measurement is made for. Embeddings of the arms are kept in OUTPUT.resume until Finish,
  // and found there if the measurement is broken off; what is probed is not kept. Empty: nothing is kept.
  std::filesystem::path output;
  // What the document says of where it comes from.
  std::vector<std::string> command;  // program name first
  std::string source;                // of the documents

  // Whether natural and truncated sequences are measured at all, be it for the control alone.
  bool AnyNatural() const { return natural || (static_control && !truncated); }
  bool AnyTruncated() const { return truncated || (static_control && !natural); }
};

}  // namespace lengthwise
