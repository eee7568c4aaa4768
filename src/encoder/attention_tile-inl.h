// What every pass over the scores of one head is made of: packed keys, the position bias, masked keys.
// Included once a target by Highway's foreach_target.
#if defined(LENGTHWISE_ENCODER_ATTENTION_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENGTHWISE_ENCODER_ATTENTION_TILE_INL_H_
#undef LENGTHWISE_ENCODER_ATTENTION_TILE_INL_H_
#else
#define LENGTHWISE_ENCODER_ATTENTION_TILE_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "encoder/attention.h"
#include "math/microkernel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The score of a key that is not there.
constexpr float kMasked = -1e30F;

constexpr std::size_t RoundUp(std::size_t x, std::size_t multiple) {
  return (x + multiple - 1) / multiple * multiple;
}

// Keys as panels of kPanel keys, component by component, times `scale`; missing keys are zero.
HWY_INLINE void PackKeys(const AttentionInput& input, float scale, float* HWY_RESTRICT out) {
  for (std::size_t first = 0; first < input.tokens; first += kPanel) {
    const std::size_t count = std::min(kPanel, input.tokens - first);
    if (count < kPanel) std::fill(out, out + input.head_size * kPanel, 0.0F);
    for (std::size_t j = 0; j < count; ++j) {
      const float* HWY_RESTRICT key = input.k + (first + j) * input.stride;
      for (std::size_t x = 0; x < input.head_size; ++x) out[x * kPanel + j] = key[x] * scale;
    }
    out += input.head_size * kPanel;
  }
}

// What keys are multiplied by, so that scores are in units of log 2 and weights are powers of two.
HWY_INLINE float ScoreScale(const AttentionInput& input) {
  return std::numbers::log2e_v<float> / (input.temperature * std::sqrt(static_cast<float>(input.head_size)));
}

// The bias of distances -(n - 1) .. n - 1 in units of log 2, and zeros that masked keys read. Returns where
// distance 0 is.
HWY_INLINE const float* ScaleBias(const AttentionInput& input, AlignedBuffer<float>& buffer) {
  const std::size_t n = input.tokens;
  const float scale = std::numbers::log2e_v<float> * input.bias_scale;
  buffer.Resize(2 * n - 1 + kPanel);
  std::fill(buffer.data() + 2 * n - 1, buffer.data() + buffer.size(), 0.0F);
  const float* const first = input.bias - (n - 1);
  for (std::size_t i = 0; i < 2 * n - 1; ++i) buffer[i] = first[i] * scale;
  return buffer.data() + (n - 1);
}

// scores[j] += bias[j], `count` a multiple of kPanel.
HWY_INLINE void AddBias(const float* HWY_RESTRICT bias, float* HWY_RESTRICT scores, std::size_t count) {
  const PanelTag d;
  for (std::size_t j = 0; j < count; j += hn::Lanes(d)) {
    hn::Store(hn::Add(hn::Load(d, scores + j), hn::LoadU(d, bias + j)), d, scores + j);
  }
}

// Masks the scores of keys key .. key + count that query i does not see.
HWY_INLINE void MaskUnseen(const AttentionInput& input, std::size_t i, std::size_t key, std::size_t count,
                           float* HWY_RESTRICT scores) {
  const std::size_t first = std::clamp(input.FirstKey(i), key, key + count) - key;
  const std::size_t last = std::clamp(input.LastKey(i), key, key + count) - key;
  std::fill(scores, scores + first, kMasked);
  std::fill(scores + std::max(first, last), scores + count, kMasked);
}

// ||X - mean row||_F^2 of X [rows x columns].
inline double CentredSquare(const float* x, std::size_t stride, std::size_t rows, std::size_t columns) {
  double total = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    double sum = 0;
    for (std::size_t r = 0; r < rows; ++r) sum += x[r * stride + c];
    const double mean = sum / static_cast<double>(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      const double centred = x[r * stride + c] - mean;
      total += centred * centred;
    }
  }
  return total;
}

// From sums over the rows to means, and what the head keeps.
inline void FinishProbe(const AttentionInput& input, const float* output, std::size_t output_stride,
                        HeadProbe& probe) {
  const auto n = static_cast<double>(input.tokens);
  // The most that the rows' entropies can add up to.
  double most = 0;
  for (std::size_t i = 0; i < input.tokens; ++i)
    most += std::log(static_cast<double>(input.LastKey(i) - input.FirstKey(i)));
  probe.entropy = most > 0 ? std::clamp(probe.entropy / most, 0.0, 1.0) : 1.0;
  probe.largest_weight /= n;
  probe.sink /= n;
  const double before = CentredSquare(input.v, input.stride, input.tokens, input.head_size);
  const double after = CentredSquare(output, output_stride, input.tokens, input.head_size);
  probe.retention = before > 0 ? std::sqrt(after / before) : 0.0;
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#endif
