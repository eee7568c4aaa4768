// Which part of a layer makes tokens alike and which keeps them apart: the gains of HC and DC energy.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collapse/arm_result.h"
#include "collapse/truncated_document.h"
#include "encoder/probe.h"
#include "math/thread_pool.h"
#include "statistics/interval.h"

namespace lengthwise {

// A part of a layer, or what a path through it does. With X the layer's input, A what attention adds,
// Y = LayerNorm(X + A), F what the feed-forward layer adds, and Z = LayerNorm(Y + F) the output:
enum class GainPart {
  kAttention,            // X to A
  kAttentionResidual,    // X to X + A
  kAttentionNorm,        // X + A to Y
  kFeedForward,          // Y to F
  kFeedForwardResidual,  // Y to Y + F
  kOutputNorm,           // Y + F to Z
  kLayer,                // X to Z: the product of the two residuals and the two norms
};
inline constexpr GainPart kGainParts[] = {
    GainPart::kAttention,   GainPart::kAttentionResidual,   GainPart::kAttentionNorm,
    GainPart::kFeedForward, GainPart::kFeedForwardResidual, GainPart::kOutputNorm,
    GainPart::kLayer};
// "attention", "attention_residual", "attention_norm", "feed_forward", "feed_forward_residual",
// "output_norm", "layer"
const char* GainPartName(GainPart part);

// Of a part with states I in and O out, over the documents of the truncated arm at one length n:
//   hc        sqrt(E ||HC[O]||_F^2 / E ||HC[I]||_F^2), E the mean over documents
//   dc        the same of DC
//   relative  hc / dc: below 1 the part makes tokens more alike, above 1 less
// No estimate where a denominator is 0.
struct GainResult {
  std::size_t length = 0;
  std::optional<std::size_t> layer;  // absent: geometric mean over the layers
  GainPart part = GainPart::kLayer;
  std::size_t documents = 0;
  Interval hc;
  Interval dc;
  Interval relative;
};

// Lengths ascending, then layers (the mean over them last), then parts. `documents` have energies at the
// first `lengths`; intervals come from resampling them, the same resamples everywhere.
std::vector<GainResult> MeasureGains(std::span<const TruncatedDocument> documents,
                                     std::span<const std::size_t> lengths, std::size_t layers,
                                     const ResamplingOptions& resampling, ThreadPool& pool);

}  // namespace lengthwise
