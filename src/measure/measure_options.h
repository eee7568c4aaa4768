// What a measurement is asked for.
#pragma once

#include <cstddef>
#include <vector>

#include "attention/attention_report.h"
#include "collapse/arm_result.h"
#include "collapse/vector_sample.h"
#include "controls/ablation.h"
#include "controls/control_plan.h"
#include "embedding/session.h"

namespace lengthwise {

class ResumeFile;

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
  HeadProgress spectrum_progress;
  ControlOptions controls;
  ResamplingOptions resampling;
  // Documents measured, drawn at random; 0: all.
  std::size_t sample = 0;
  // Of the truncated arm, in tokens, special tokens included; empty: TruncationLengths.
  std::vector<std::size_t> lengths;
  // Fewest documents of the truncated arm.
  std::size_t minimum_documents = 20;
  // Most documents of the truncated arm: where more are long enough, a sample of this size is drawn by the
  // documents' hashes.
  std::size_t truncated_documents = VectorSample::kDefaultCapacity;
  // Vectors kept in each bucket for intervals, centred cosine, floor and uniformity.
  std::size_t kept_vectors = VectorSample::kDefaultCapacity;

  // Where embeddings of the arms are kept until the measurement is done, in case it is broken off; null:
  // nowhere. What is probed is not kept.
  ResumeFile* resume = nullptr;

  // Whether natural and truncated sequences are measured at all, be it for the control alone.
  bool AnyNatural() const { return natural || (static_control && !truncated); }
  bool AnyTruncated() const { return truncated || (static_control && !natural); }
};

// Throws kBadInput, saying what is wrong with which option.
void CheckMeasureOptions(const MeasureOptions& options, const Session& embedder);

}  // namespace lengthwise
