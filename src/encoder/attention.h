// Self-attention of one head over one sequence, in tiles with an online softmax: memory grows with n, never
// n^2.
#pragma once

#include <cstddef>

#include "encoder/probe.h"
#include "lengthwise/attention_policy.h"
#include "math/aligned_buffer.h"

namespace lengthwise {

// Components of a head that the kernel has room for.
inline constexpr std::size_t kMaxHeadSize = 256;

inline constexpr std::size_t kAllTokens = static_cast<std::size_t>(-1);

// Row i of q, k, v and output is at i * stride (output: i * output_stride); each row holds head_size floats.
struct AttentionInput {
  const float* q = nullptr;
  const float* k = nullptr;
  const float* v = nullptr;
  std::size_t stride = 0;
  std::size_t tokens = 0;
  std::size_t head_size = 0;
  float temperature = 1.0F;  // scores are q.k / (temperature sqrt(head_size)) + bias
  // bias[j - i] is added to the score of query i and key j, times bias_scale; null: none. Points at distance
  // 0.
  const float* bias = nullptr;
  float bias_scale = 1.0F;
  // Query i sees keys i - before .. i + after alone. Those out of reach cost nothing but at the edges.
  std::size_t before = kAllTokens;
  std::size_t after = kAllTokens;
  std::size_t top_k = 0;     // AttentionPolicy::top_k
  float calibration = 0.0F;  // AttentionCalibration::At
  std::size_t basket = 0;    // of it; not 0 where `calibration` is not
  float attn_scale = 0.0F;   // AttentionPolicy::AttnScale

  // The keys [first, last) that query i sees.
  std::size_t FirstKey(std::size_t i) const { return i > before ? i - before : 0; }
  std::size_t LastKey(std::size_t i) const { return after < tokens - i ? i + after + 1 : tokens; }
};

// What of a policy makes weights other than the softmax of scores over a temperature, in words; null:
// nothing.
const char* BeyondSoftmax(const AttentionPolicy& policy);

// Packed keys and values of one head, and its bias; one a thread, reused.
struct AttentionScratch {
  AlignedBuffer<float> keys;
  AlignedBuffer<float> values;
  AlignedBuffer<float> bias;
  AlignedBuffer<float> scores;  // of whole rows; ComputeRowAttention alone
};

// output_i = sum_j softmax_j(scores_ij) v_j, over the top_k keys where that is given, calibrated, then scaled
// by AttnScale. `probe` may be null; filling it changes no output bit. It describes the weights before
// AttnScale, and the output after it.
void ComputeAttention(const AttentionInput& input, float* output, std::size_t output_stride,
                      AttentionScratch& scratch, HeadProbe* probe);

// The same without AttnScale, by rows of scores that are whole in memory: for a top_k below the number of
// tokens, and for calibration.
void ComputeRowAttention(const AttentionInput& input, float* output, std::size_t output_stride,
                         AttentionScratch& scratch, HeadProbe* probe);

// (1 + w) output - w (mean row of the values), w = input.attn_scale.
void ScaleAttention(const AttentionInput& input, float* output, std::size_t output_stride, HeadProbe* probe);

}  // namespace lengthwise
