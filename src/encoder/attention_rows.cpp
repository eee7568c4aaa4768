// Attention to the keys with the largest scores alone, and calibrated attention. They are experiments beside
// the tiled kernel: a row of scores is whole in memory, since which keys count, and for how much, is known at
// its end.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numbers>
#include <numeric>

#include "encoder/attention.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "encoder/attention_rows.cpp"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include "encoder/attention_tile-inl.h"
#include "math/microkernel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {

// The score that the last of the top_k keys has; of all of them where there is no top_k. `order` has room for
// all.
float LeastScore(const AttentionInput& input, const float* HWY_RESTRICT scores, float* HWY_RESTRICT order) {
  const std::size_t n = input.tokens;
  if (input.top_k == 0 || input.top_k >= n) return kMasked;
  std::copy_n(scores, n, order);
  std::nth_element(order, order + (input.top_k - 1), order + n, std::greater<>());
  return order[input.top_k - 1];
}

// Weights of query i, of which each basket is scaled (AttentionCalibration), to the same sum.
void CalibrateRow(const AttentionInput& input, std::size_t i, float* HWY_RESTRICT weights, double sum) {
  const std::size_t first = input.FirstKey(i), last = input.LastKey(i);
  for (std::size_t begin = first / input.basket * input.basket; begin < last; begin += input.basket) {
    const std::size_t from = std::max(begin, first), to = std::min(begin + input.basket, last);
    const double mass = std::accumulate(weights + from, weights + to, 0.0);
    if (mass <= 0) continue;
    const double even = sum * static_cast<double>(to - from) / static_cast<double>(last - first);
    const double strength = input.calibration;
    const auto factor = static_cast<float>(1 - strength + strength * even / mass);
    for (std::size_t j = from; j < to; ++j) weights[j] *= factor;
  }
}

// Sums over one row.
struct RowSums {
  double weights = 0;
  double entropy = 0;  // of the weights over their sum, in nats
  double largest = 0;
};

// Of weights as they are after calibration.
RowSums SumsOf(const float* weights, std::size_t n) {
  RowSums sums;
  for (std::size_t j = 0; j < n; ++j) {
    sums.weights += weights[j];
    sums.largest = std::max(sums.largest, double{weights[j]});
  }
  for (std::size_t j = 0; j < n; ++j) {
    const double share = weights[j] / sums.weights;
    if (share > 0) sums.entropy -= share * std::log(share);
  }
  return sums;
}

// Query i: scores in units of log 2 to the output, and to the probe's sums. Leaves weights where `weights`
// points, which has room for them.
void WholeRow(const AttentionInput& input, std::size_t i, const float* HWY_RESTRICT scores,
              float* HWY_RESTRICT weights, float* HWY_RESTRICT output, HeadProbe* probe) {
  const std::size_t n = input.tokens;
  const float least = LeastScore(input, scores, weights);
  const float most = *std::max_element(scores, scores + n);
  RowSums sums;
  double weighted = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const bool counts = scores[j] >= least && scores[j] != kMasked;
    const float score = scores[j] - most;
    weights[j] = counts ? std::exp2(score) : 0.0F;
    sums.weights += weights[j];
    if (counts) weighted += double{weights[j]} * score;
  }
  sums.largest = 1;
  if (input.calibration > 0) {
    CalibrateRow(input, i, weights, sums.weights);
    sums = SumsOf(weights, n);
  } else {
    sums.entropy = std::numbers::ln2 * (std::log2(sums.weights) - weighted / sums.weights);
  }
  std::fill_n(output, input.head_size, 0.0F);
  for (std::size_t j = 0; j < n; ++j) {
    if (weights[j] == 0) continue;
    const float* HWY_RESTRICT value = input.v + j * input.stride;
    for (std::size_t c = 0; c < input.head_size; ++c) output[c] += weights[j] * value[c];
  }
  const auto inverse = static_cast<float>(1 / sums.weights);
  for (std::size_t c = 0; c < input.head_size; ++c) output[c] *= inverse;
  if (probe == nullptr) return;
  probe->entropy += sums.entropy;
  probe->largest_weight += sums.largest / sums.weights;
  probe->sink += weights[0] / sums.weights;
}

void RowAttention(const AttentionInput& input, float* output, std::size_t output_stride,
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
      WholeRow(input, query + r, row, scores + kKernelRows * padded, output + (query + r) * output_stride,
               probe);
    }
  }
  if (probe != nullptr) FinishProbe(input, output, output_stride, *probe);
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lengthwise {

HWY_EXPORT(RowAttention);

void ComputeRowAttention(const AttentionInput& input, float* output, std::size_t output_stride,
                         AttentionScratch& scratch, HeadProbe* probe) {
  HWY_DYNAMIC_DISPATCH(RowAttention)(input, output, output_stride, scratch, probe);
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
