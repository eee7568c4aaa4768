#include "encoder/attention.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "encoder/attention.cpp"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include "encoder/attention_tile-inl.h"
#include "math/microkernel-inl.h"
#include "math/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {

// Keys of one tile: twelve rows of scores take 12 KB, which stays in the first cache level beside the panels.
constexpr std::size_t kKeyTile = 256;
static_assert(kKeyTile % kPanel == 0);

// Values as panels of kPanel components, token by token; missing components are zero.
void PackValues(const AttentionInput& input, float* HWY_RESTRICT out) {
  for (std::size_t first = 0; first < input.head_size; first += kPanel) {
    const std::size_t count = std::min(kPanel, input.head_size - first);
    for (std::size_t j = 0; j < input.tokens; ++j) {
      std::memcpy(out, input.v + j * input.stride + first, count * sizeof(float));
      std::fill(out + count, out + kPanel, 0.0F);
      out += kPanel;
    }
  }
}

// The online softmax of one query row. Scores are in units of log 2, so that weights are powers of two.
struct RowState {
  float max = kMasked;
  float sum = 0;                // of 2^(s - max)
  float weighted_score = 0;     // of 2^(s - max) (s - max); probes only
  float first_score = kMasked;  // s of key 0; probes only
};

// Turns `count` scores (a multiple of kPanel) into 2^(s - max) in place, with the maximum so far. Returns the
// factor by which what was summed before must be multiplied.
template <bool kProbe>
HWY_INLINE float SoftmaxRow(float* HWY_RESTRICT scores, std::size_t count, RowState& state) {
  const PanelTag d;
  const std::size_t lanes = hn::Lanes(d);
  auto max0 = hn::Set(d, state.max);
  auto max1 = max0;
  for (std::size_t j = 0; j < count; j += kPanel) {
    max0 = hn::Max(max0, hn::Load(d, scores + j));
    max1 = hn::Max(max1, hn::Load(d, scores + j + lanes));
  }
  const float max = hn::GetLane(hn::MaxOfLanes(d, hn::Max(max0, max1)));
  const auto max_vector = hn::Set(d, max);
  auto sum0 = hn::Zero(d);
  auto sum1 = hn::Zero(d);
  auto weighted0 = hn::Zero(d);
  auto weighted1 = hn::Zero(d);
  for (std::size_t j = 0; j < count; j += kPanel) {
    const auto s0 = hn::Sub(hn::Load(d, scores + j), max_vector);
    const auto s1 = hn::Sub(hn::Load(d, scores + j + lanes), max_vector);
    const auto p0 = Exp2(d, s0);
    const auto p1 = Exp2(d, s1);
    sum0 = hn::Add(sum0, p0);
    sum1 = hn::Add(sum1, p1);
    if (kProbe) {
      // A masked key has weight 2^-126; its score must not make that count.
      weighted0 = hn::MulAdd(p0, hn::Max(s0, hn::Set(d, -126.0F)), weighted0);
      weighted1 = hn::MulAdd(p1, hn::Max(s1, hn::Set(d, -126.0F)), weighted1);
    }
    hn::Store(p0, d, scores + j);
    hn::Store(p1, d, scores + j + lanes);
  }
  const float shift = state.max - max;
  const float factor = state.max == kMasked ? 0.0F : std::exp2(shift);
  if (kProbe) {
    const float weighted = hn::GetLane(hn::SumOfLanes(d, hn::Add(weighted0, weighted1)));
    const float before = factor == 0.0F ? 0.0F : factor * (state.weighted_score + shift * state.sum);
    state.weighted_score = before + weighted;
  }
  state.sum = state.sum * factor + hn::GetLane(hn::SumOfLanes(d, hn::Add(sum0, sum1)));
  state.max = max;
  return factor;
}

// Adds the rows of one query block to the probe's sums.
void AddRows(const RowState* states, std::size_t rows, HeadProbe& probe) {
  for (std::size_t r = 0; r < rows; ++r) {
    const RowState& state = states[r];
    const double sum = state.sum;
    probe.entropy += std::numbers::ln2 * (std::log2(sum) - state.weighted_score / sum);
    probe.largest_weight += 1.0 / sum;  // the largest score has weight 2^0
    probe.sink += std::exp2(static_cast<double>(state.first_score) - state.max) / sum;
  }
}

template <bool kProbe>
void Attention(const AttentionInput& input, float* output, std::size_t output_stride,
               AttentionScratch& scratch, HeadProbe* probe) {
  const std::size_t n = input.tokens;
  const std::size_t head_size = input.head_size;
  const std::size_t value_width = RoundUp(head_size, kPanel);
  scratch.keys.Resize(RoundUp(n, kPanel) * head_size);
  scratch.values.Resize(n * value_width);
  PackKeys(input, ScoreScale(input), scratch.keys.data());
  PackValues(input, scratch.values.data());

  const float* const bias = input.bias != nullptr ? ScaleBias(input, scratch.bias) : nullptr;

  const bool masked = input.before != kAllTokens || input.after != kAllTokens;
  HWY_ALIGN float scores[kKernelRows * kKeyTile];
  HWY_ALIGN float sums[kKernelRows * kMaxHeadSize];
  if (kProbe) *probe = HeadProbe{};
  for (std::size_t query = 0; query < n; query += kKernelRows) {
    const std::size_t rows = std::min(kKernelRows, n - query);
    const MicroKernelFunction kernel = MicroKernelFor(rows);
    RowState states[kKernelRows];
    // The keys that any of these rows sees, from a whole panel on.
    const std::size_t first_key = input.FirstKey(query) / kPanel * kPanel;
    const std::size_t last_key = input.LastKey(query + rows - 1);
    for (std::size_t key = first_key; key < last_key; key += kKeyTile) {
      const std::size_t keys = std::min(kKeyTile, last_key - key);
      const std::size_t padded = RoundUp(keys, kPanel);
      for (std::size_t j = 0; j < padded; j += kPanel) {
        kernel(input.q + query * input.stride, input.stride, scratch.keys.data() + (key + j) * head_size,
               head_size, scores + j, kKeyTile, Start::kZero, nullptr);
      }
      for (std::size_t r = 0; r < rows; ++r) {
        float* const row = scores + r * kKeyTile;
        if (bias != nullptr) AddBias(bias + key - (query + r), row, padded);
        std::fill(row + keys, row + padded, kMasked);
        if (masked) MaskUnseen(input, query + r, key, keys, row);
        if (kProbe && key == 0) states[r].first_score = row[0];
        const float factor = SoftmaxRow<kProbe>(row, padded, states[r]);
        if (key > first_key) {
          for (std::size_t c = 0; c < value_width; ++c) sums[r * value_width + c] *= factor;
        }
      }
      for (std::size_t c = 0; c < value_width; c += kPanel) {
        kernel(scores, kKeyTile, scratch.values.data() + c * n + key * kPanel, keys, sums + c, value_width,
               key == first_key ? Start::kZero : Start::kOutput, nullptr);
      }
    }
    for (std::size_t r = 0; r < rows; ++r) {
      const float inverse = 1.0F / states[r].sum;
      float* const to = output + (query + r) * output_stride;
      for (std::size_t c = 0; c < head_size; ++c) to[c] = sums[r * value_width + c] * inverse;
    }
    if (kProbe) AddRows(states, rows, *probe);
  }
  if (kProbe) FinishProbe(input, output, output_stride, *probe);
}

void ComputeAttentionImpl(const AttentionInput& input, float* output, std::size_t output_stride,
                          AttentionScratch& scratch, HeadProbe* probe) {
  if (probe != nullptr) {
    Attention<true>(input, output, output_stride, scratch, probe);
  } else {
    Attention<false>(input, output, output_stride, scratch, nullptr);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lengthwise {

HWY_EXPORT(ComputeAttentionImpl);

void ComputeAttention(const AttentionInput& input, float* output, std::size_t output_stride,
                      AttentionScratch& scratch, HeadProbe* probe) {
  const bool fewer_keys = input.top_k > 0 && input.top_k < input.tokens;
  if (fewer_keys || (input.calibration > 0 && input.basket < input.tokens)) {
    ComputeRowAttention(input, output, output_stride, scratch, probe);
  } else {
    HWY_DYNAMIC_DISPATCH(ComputeAttentionImpl)(input, output, output_stride, scratch, probe);
  }
  if (input.attn_scale != 0.0F) ScaleAttention(input, output, output_stride, probe);
}

}  // namespace lengthwise
#endif
