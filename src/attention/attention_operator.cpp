#include "attention/attention_operator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/fail.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "attention/attention_operator.cpp"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include "encoder/attention_tile-inl.h"
#include "math/microkernel-inl.h"
#include "math/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {

// Queries of one strip. The products with B^T add to all n columns once a strip, so more rows cost less; 12
// rows of 512 scores take 24 KB, which stays in the first cache level.
constexpr std::size_t kStripRows = 2 * kKernelRows;

// Scores or weights of a few queries, as panels of kPanel keys: [panel][kStripRows][kPanel].
struct Strip {
  std::size_t first = 0;  // query
  std::size_t rows = 0;
  std::size_t panels = 0;
  AlignedBuffer<float> values;

  explicit Strip(std::size_t tokens)
      : panels(RoundUp(tokens, kPanel) / kPanel), values(panels * kStripRows * kPanel) {}

  float* at(std::size_t panel, std::size_t row) {
    return values.data() + (panel * kStripRows + row) * kPanel;
  }
  // Weight of key j.
  float& key(std::size_t row, std::size_t j) { return at(j / kPanel, row)[j % kPanel]; }

  void FillPadding(std::size_t row, std::size_t tokens, float value) {
    for (std::size_t j = tokens; j < panels * kPanel; ++j) key(row, j) = value;
  }
};

// The scores of queries strip.first .. in units of log 2; those of keys that are not there are undefined.
void ComputeScores(const CentredAttention& a, Strip& strip) {
  const AttentionInput& input = a.input;
  for (std::size_t p = 0; p < strip.panels; ++p) {
    const float* const keys = a.keys.data() + p * kPanel * input.head_size;
    for (std::size_t r = 0; r < strip.rows; r += kKernelRows) {
      MicroKernelFor(std::min(kKernelRows, strip.rows - r))(input.q + (strip.first + r) * input.stride,
                                                            input.stride, keys, input.head_size,
                                                            strip.at(p, r), kPanel, Start::kZero, nullptr);
    }
    if (a.bias_origin == nullptr) continue;
    for (std::size_t r = 0; r < strip.rows; ++r) {
      AddBias(a.bias_origin + p * kPanel - (strip.first + r), strip.at(p, r), kPanel);
    }
  }
}

HWY_INLINE double Sum(hn::Vec<PanelTag> v) {
  return hn::GetLane(hn::SumOfLanes(PanelTag(), v));
}

// Sums over the strip's rows and n keys.
struct ScoreSums {
  double power2 = 0, power3 = 0, power4 = 0;  // of s - mean_j s, in units of log 2
  double self = 0, local = 0;                 // weights
};

// Adds the powers of row r's centred scores. False if they are not finite.
bool AddMoments(Strip& strip, std::size_t r, std::size_t tokens, ScoreSums& sums) {
  const PanelTag d;
  strip.FillPadding(r, tokens, 0.0F);
  auto total = hn::Zero(d);
  for (std::size_t p = 0; p < strip.panels; ++p) {
    for (std::size_t j = 0; j < kPanel; j += hn::Lanes(d))
      total = hn::Add(total, hn::Load(d, strip.at(p, r) + j));
  }
  const double mean = Sum(total) / static_cast<double>(tokens);
  strip.FillPadding(r, tokens, static_cast<float>(mean));
  const auto mean_vector = hn::Set(d, static_cast<float>(mean));
  auto power2 = hn::Zero(d), power3 = hn::Zero(d), power4 = hn::Zero(d);
  for (std::size_t p = 0; p < strip.panels; ++p) {
    for (std::size_t j = 0; j < kPanel; j += hn::Lanes(d)) {
      const auto x = hn::Sub(hn::Load(d, strip.at(p, r) + j), mean_vector);
      const auto square = hn::Mul(x, x);
      power2 = hn::Add(power2, square);
      power3 = hn::MulAdd(square, x, power3);
      power4 = hn::MulAdd(square, square, power4);
    }
  }
  sums.power2 += Sum(power2);
  sums.power3 += Sum(power3);
  sums.power4 += Sum(power4);
  return std::isfinite(mean) && std::isfinite(Sum(power4));
}

// Row r's scores to weights that sum to one.
void SoftmaxRow(Strip& strip, std::size_t r, std::size_t tokens, float* row_max, float* row_inverse) {
  const PanelTag d;
  strip.FillPadding(r, tokens, kMasked);
  auto max = hn::Set(d, kMasked);
  for (std::size_t p = 0; p < strip.panels; ++p) {
    for (std::size_t j = 0; j < kPanel; j += hn::Lanes(d))
      max = hn::Max(max, hn::Load(d, strip.at(p, r) + j));
  }
  *row_max = hn::GetLane(hn::MaxOfLanes(d, max));
  max = hn::Set(d, *row_max);
  auto sum = hn::Zero(d);
  for (std::size_t p = 0; p < strip.panels; ++p) {
    for (std::size_t j = 0; j < kPanel; j += hn::Lanes(d)) {
      float* const at = strip.at(p, r) + j;
      const auto weight = Exp2(d, hn::Sub(hn::Load(d, at), max));
      sum = hn::Add(sum, weight);
      hn::Store(weight, d, at);
    }
  }
  *row_inverse = static_cast<float>(1.0 / Sum(sum));
  const auto inverse = hn::Set(d, *row_inverse);
  for (std::size_t p = 0; p < strip.panels; ++p) {
    for (std::size_t j = 0; j < kPanel; j += hn::Lanes(d)) {
      float* const at = strip.at(p, r) + j;
      hn::Store(hn::Mul(hn::Load(d, at), inverse), d, at);
    }
  }
}

// Merges the strip's weights into the mean of each key's column over the rows before (Chan, Golub, LeVeque
// 1979); returns by how much the squared distance from the columns' means grows.
double AddColumns(Strip& strip, std::size_t tokens, std::vector<double>& mean) {
  const PanelTag d;
  const auto rows = static_cast<double>(strip.rows);
  const auto before = static_cast<double>(strip.first);
  const auto inverse = hn::Set(d, static_cast<float>(1.0 / rows));
  HWY_ALIGN float strip_mean[kPanel];
  double grown = 0;
  for (std::size_t p = 0; p < strip.panels; ++p) {
    auto within = hn::Zero(d);
    for (std::size_t j = 0; j < kPanel; j += hn::Lanes(d)) {
      auto sum = hn::Zero(d);
      for (std::size_t r = 0; r < strip.rows; ++r) sum = hn::Add(sum, hn::Load(d, strip.at(p, r) + j));
      const auto column_mean = hn::Mul(sum, inverse);
      hn::Store(column_mean, d, strip_mean + j);
      for (std::size_t r = 0; r < strip.rows; ++r) {
        const auto x = hn::Sub(hn::Load(d, strip.at(p, r) + j), column_mean);
        within = hn::MulAdd(x, x, within);
      }
    }
    grown += Sum(within);
    for (std::size_t j = p * kPanel; j < std::min(tokens, (p + 1) * kPanel); ++j) {
      const double apart = strip_mean[j - p * kPanel] - mean[j];
      mean[j] += apart * rows / (before + rows);
      grown += apart * apart * before * rows / (before + rows);
    }
  }
  return grown;
}

void AddLocal(Strip& strip, std::size_t tokens, std::size_t window, ScoreSums& sums) {
  for (std::size_t r = 0; r < strip.rows; ++r) {
    const std::size_t i = strip.first + r;
    sums.self += strip.key(r, i);
    for (std::size_t j = i > window ? i - window : 0; j < tokens && j <= i + window; ++j) {
      sums.local += strip.key(r, j);
    }
  }
}

// Returns the first query with scores that are not finite, or the number of tokens.
std::size_t PrepareImpl(CentredAttention& a, std::size_t window) {
  const std::size_t n = a.input.tokens;
  Strip strip(n);
  a.keys.Resize(strip.panels * kPanel * a.input.head_size);
  PackKeys(a.input, ScoreScale(a.input), a.keys.data());
  a.bias_origin = a.input.bias != nullptr ? ScaleBias(a.input, a.bias) : nullptr;
  a.row_max.Resize(n);
  a.row_inverse.Resize(n);
  ScoreSums sums;
  std::vector<double> mean(n, 0.0);
  double squares = 0;
  for (; strip.first < n; strip.first += strip.rows) {
    strip.rows = std::min(kStripRows, n - strip.first);
    ComputeScores(a, strip);
    for (std::size_t r = 0; r < strip.rows; ++r) {
      const std::size_t i = strip.first + r;
      if (!AddMoments(strip, r, n, sums)) return i;
      SoftmaxRow(strip, r, n, a.row_max.data() + i, a.row_inverse.data() + i);
    }
    AddLocal(strip, n, window, sums);
    squares += AddColumns(strip, n, mean);
  }
  const auto count = static_cast<double>(n);
  const double variance = sums.power2 / (count * count);
  a.shape.sigma_s = std::numbers::ln2 * std::sqrt(variance);
  if (variance > 0) {
    a.shape.skewness = sums.power3 / (count * count) / (variance * std::sqrt(variance));
    a.shape.excess_kurtosis = sums.power4 / (count * count) / (variance * variance) - 3.0;
  }
  a.shape.self_mass = sums.self / count;
  a.shape.local_mass = sums.local / count;
  a.shape.frobenius_hc = std::sqrt(squares);
  a.above_uniform = mean;
  for (double& g : a.above_uniform) g -= 1.0 / count;
  a.mean_weight.Resize(strip.panels * kPanel);
  std::fill(a.mean_weight.data(), a.mean_weight.data() + a.mean_weight.size(), 0.0F);
  std::transform(mean.begin(), mean.end(), a.mean_weight.data(),
                 [](double m) { return static_cast<float>(m); });
  return n;
}

// The strip's scores to rows of B.
void CentreWeights(const CentredAttention& a, Strip& strip) {
  const PanelTag d;
  for (std::size_t r = 0; r < strip.rows; ++r) strip.FillPadding(r, a.input.tokens, kMasked);
  for (std::size_t p = 0; p < strip.panels; ++p) {
    for (std::size_t j = 0; j < kPanel; j += hn::Lanes(d)) {
      const auto mean = hn::Load(d, a.mean_weight.data() + p * kPanel + j);
      for (std::size_t r = 0; r < strip.rows; ++r) {
        float* const at = strip.at(p, r) + j;
        const auto weight = Exp2(d, hn::Sub(hn::Load(d, at), hn::Set(d, a.row_max[strip.first + r])));
        hn::Store(hn::MulSub(weight, hn::Set(d, a.row_inverse[strip.first + r]), mean), d, at);
      }
    }
  }
}

// The block of vectors in whole panels, and in even groups of kernel rows.
constexpr std::size_t kBlockPanels = RoundUp(kGramBlock, kPanel) / kPanel;
constexpr std::size_t kBlockWidth = kBlockPanels * kPanel;
constexpr std::size_t kBlockGroups = RoundUp(kGramBlock, kKernelRows) / kKernelRows;
static_assert(kGramBlock % kBlockGroups == 0);

void ApplyGramImpl(const CentredAttention& a, const double* x, double* y) {
  const std::size_t n = a.input.tokens;
  Strip strip(n);
  const std::size_t padded = strip.panels * kPanel;
  // Each panel of x: key by key, kPanel vectors.
  AlignedBuffer<float> from(kBlockPanels * padded * kPanel);
  std::fill(from.data(), from.data() + from.size(), 0.0F);
  for (std::size_t c = 0; c < kGramBlock; ++c) {
    float* const to = from.data() + c / kPanel * padded * kPanel + c % kPanel;
    for (std::size_t j = 0; j < n; ++j) to[j * kPanel] = static_cast<float>(x[c * n + j]);
  }
  AlignedBuffer<float> sums(kGramBlock * padded);  // B^T B x, vector by vector
  std::fill(sums.data(), sums.data() + sums.size(), 0.0F);
  HWY_ALIGN float product[kStripRows * kBlockWidth];  // the strip's rows of B x
  HWY_ALIGN float transposed[kGramBlock * kStripRows];
  constexpr std::size_t kGroup = kGramBlock / kBlockGroups;
  for (; strip.first < n; strip.first += strip.rows) {
    strip.rows = std::min(kStripRows, n - strip.first);
    ComputeScores(a, strip);
    CentreWeights(a, strip);
    for (std::size_t r = 0; r < strip.rows; r += kKernelRows) {
      const MicroKernelFunction kernel = MicroKernelFor(std::min(kKernelRows, strip.rows - r));
      for (std::size_t c = 0; c < kBlockPanels; ++c) {
        for (std::size_t p = 0; p < strip.panels; ++p) {
          kernel(strip.at(p, r), kPanel, from.data() + (c * padded + p * kPanel) * kPanel, kPanel,
                 product + r * kBlockWidth + c * kPanel, kBlockWidth, p == 0 ? Start::kZero : Start::kOutput,
                 nullptr);
        }
      }
    }
    for (std::size_t c = 0; c < kGramBlock; ++c) {
      for (std::size_t r = 0; r < strip.rows; ++r) {
        transposed[c * kStripRows + r] = product[r * kBlockWidth + c];
      }
    }
    const MicroKernelFunction kernel = MicroKernelFor(kGroup);
    for (std::size_t p = 0; p < strip.panels; ++p) {
      for (std::size_t c = 0; c < kGramBlock; c += kGroup) {
        kernel(transposed + c * kStripRows, kStripRows, strip.at(p, 0), strip.rows,
               sums.data() + c * padded + p * kPanel, padded, Start::kOutput, nullptr);
      }
    }
  }
  for (std::size_t c = 0; c < kGramBlock; ++c) std::copy_n(sums.data() + c * padded, n, y + c * n);
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lengthwise {

HWY_EXPORT(PrepareImpl);
HWY_EXPORT(ApplyGramImpl);

CentredAttention MakeCentredAttention(const AttentionInput& input, std::size_t local_window) {
  CentredAttention attention;
  attention.input = input;
  const std::size_t bad = HWY_DYNAMIC_DISPATCH(PrepareImpl)(attention, local_window);
  if (bad < input.tokens) {
    Fail(
        ErrorCode::kBadCheckpoint,
        "the attention scores of token {} of {} are not finite, or beyond what float32 can hold; the weights "
        "of its queries and keys are too large",
        bad, input.tokens);
  }
  return attention;
}

void ApplyGram(const CentredAttention& attention, std::span<const double> x, std::span<double> y) {
  HWY_DYNAMIC_DISPATCH(ApplyGramImpl)(attention, x.data(), y.data());
}

}  // namespace lengthwise
#endif
