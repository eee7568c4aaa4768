// Attention to the keys with the largest scores alone. It is an experiment beside the tiled kernel: a row of
// scores is whole in memory, since which keys count is known at its end.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numbers>

#include "encoder/attention.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "encoder/attention_top_k.cpp"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include "encoder/attention_tile-inl.h"
#include "math/microkernel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {

// One row: scores in units of log 2 to the output, and to the probe's sums. Reorders nothing but `order`,
// which has room for them.
void TopKRow(const AttentionInput& input, const float* HWY_RESTRICT scores, float* HWY_RESTRICT order,
             float* HWY_RESTRICT output, HeadProbe* probe) {
  const std::size_t n = input.tokens;
  std::copy_n(scores, n, order);
  std::nth_element(order, order + (input.top_k - 1), order + n, std::greater<>());
  const float least = order[input.top_k - 1];
  const float most = *std::max_element(order, order + input.top_k);
  double sum = 0;
  double weighted = 0;
  std::fill_n(output, input.head_size, 0.0F);
  for (std::size_t j = 0; j < n; ++j) {
    if (scores[j] < least || scores[j] == kMasked) continue;
    const float score = scores[j] - most;
    const float weight = std::exp2(score);
    sum += weight;
    weighted += double{weight} * score;
    const float* HWY_RESTRICT value = input.v + j * input.stride;
    for (std::size_t c = 0; c < input.head_size; ++c) output[c] += weight * value[c];
  }
  const auto inverse = static_cast<float>(1 / sum);
  for (std::size_t c = 0; c < input.head_size; ++c) output[c] *= inverse;
  if (probe == nullptr) return;
  probe->entropy += std::numbers::ln2 * (std::log2(sum) - weighted / sum);
  probe->largest_weight += 1 / sum;
  if (scores[0] >= least) probe->sink += std::exp2(double{scores[0]} - double{most}) / sum;
}

void TopKAttention(const AttentionInput& input, float* output, std::size_t output_stride,
                   AttentionScratch& scratch, HeadProbe* probe) {
  const std::size_t n = input.tokens;
  const std::size_t padded = RoundUp(n, kPanel);
  scratch.keys.Resize(padded * input.head_size);
  scratch.scores.Resize((kKernelRows + 1) * padded);
  PackKeys(input, ScoreScale(input), scratch.keys.data());
  const float* const bias = input.bias != nullptr ? ScaleBias(input, scratch.bias) : nullptr;
  float* const scores = scratch.scores.data();
  if (probe != nullptr) *probe = HeadProbe{};
  for (std::size_t query = 0; query < n; query += kKernelRows) {
    const std::size_t rows = std::min(kKernelRows, n - query);
    const MicroKernelFunction kernel = MicroKernelFor(rows);
    for (std::size_t j = 0; j < padded; j += kPanel) {
      kernel(input.q + query * input.stride, input.stride, scratch.keys.data() + j * input.head_size,
             input.head_size, scores + j, padded, Start::kZero, nullptr);
    }
    for (std::size_t r = 0; r < rows; ++r) {
      float* const row = scores + r * padded;
      if (bias != nullptr) AddBias(bias - (query + r), row, padded);
      MaskUnseen(input, query + r, 0, n, row);
      TopKRow(input, row, scores + kKernelRows * padded, output + (query + r) * output_stride, probe);
    }
  }
  if (probe != nullptr) FinishProbe(input, output, output_stride, *probe);
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lengthwise {

HWY_EXPORT(TopKAttention);

void ComputeTopKAttention(const AttentionInput& input, float* output, std::size_t output_stride,
                          AttentionScratch& scratch, HeadProbe* probe) {
  HWY_DYNAMIC_DISPATCH(TopKAttention)(input, output, output_stride, scratch, probe);
}

void ScaleAttention(const AttentionInput& input, float* output, std::size_t output_stride, HeadProbe* probe) {
  const double w = input.attn_scale;
  for (std::size_t c = 0; c < input.head_size; ++c) {
    double mean = 0;
    for (std::size_t t = 0; t < input.tokens; ++t) mean += double{input.v[t * input.stride + c]};
    mean /= static_cast<double>(input.tokens);
    for (std::size_t t = 0; t < input.tokens; ++t) {
      float& value = output[t * output_stride + c];
      value = static_cast<float>((1 + w) * double{value} - w * mean);
    }
  }
  // The mean row of V is the same for all tokens: what differs between them grows by 1 + w.
  if (probe != nullptr) probe->retention *= std::abs(1 + w);
}

}  // namespace lengthwise
#endif
