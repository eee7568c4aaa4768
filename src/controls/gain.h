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

// A part of a layer, or what a path through it does: what becomes of the states from one place to another.
struct LayerPart {
  LayerPlace from = LayerPlace::kInput;
  LayerPlace to = LayerPlace::kOutputNorm;
  bool operator==(const LayerPart&) const = default;
};
inline constexpr LayerPart kAttentionPart = {LayerPlace::kInput, LayerPlace::kAttention};
inline constexpr LayerPart kAttentionResidualPart = {LayerPlace::kInput, LayerPlace::kAttentionResidual};
inline constexpr LayerPart kAttentionNormPart = {LayerPlace::kAttentionResidual, LayerPlace::kAttentionNorm};
inline constexpr LayerPart kFeedForwardPart = {LayerPlace::kAttentionNorm, LayerPlace::kFeedForward};
inline constexpr LayerPart kFeedForwardResidualPart = {LayerPlace::kAttentionNorm,
                                                       LayerPlace::kFeedForwardResidual};
inline constexpr LayerPart kOutputNormPart = {LayerPlace::kFeedForwardResidual, LayerPlace::kOutputNorm};
// The product of the two residuals and the two norms.
inline constexpr LayerPart kWholeLayer = {LayerPlace::kInput, LayerPlace::kOutputNorm};
inline constexpr LayerPart kLayerParts[] = {kAttentionPart,   kAttentionResidualPart,   kAttentionNormPart,
                                            kFeedForwardPart, kFeedForwardResidualPart, kOutputNormPart,
                                            kWholeLayer};
// After the place it leads to: "attention", "attention_residual", "attention_norm", "feed_forward",
// "feed_forward_residual", "output_norm"; "layer" for the whole.
const char* LayerPartName(const LayerPart& part);

// Of a part with states I in and O out, over the documents of the truncated arm at one length n:
//   hc        sqrt(E ||HC[O]||_F^2 / E ||HC[I]||_F^2), E the mean over documents
//   dc        the same of DC
//   relative  hc / dc: below 1 the part makes tokens more alike, above 1 less
// No estimate where a denominator is 0.
struct GainResult {
  std::size_t length = 0;
  std::optional<std::size_t> layer;  // absent: geometric mean over the layers
  LayerPart part;
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
