// The one matrix-product kernel: a few rows by one panel of columns, all sums in registers. Linear layers and
// both products of attention are made of it.
#if defined(LENGTHWISE_MATH_MICROKERNEL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENGTHWISE_MATH_MICROKERNEL_INL_H_
#undef LENGTHWISE_MATH_MICROKERNEL_INL_H_
#else
#define LENGTHWISE_MATH_MICROKERNEL_INL_H_
#endif

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <utility>

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Two vectors a row. With 32 registers twelve rows leave eight for the panel, the broadcast and addresses;
// with 16 registers six rows leave four. Either way there are enough independent sums to hide the latency of
// an FMA.
using PanelTag = hn::ScalableTag<float>;
inline constexpr std::size_t kPanel = 2 * hn::MaxLanes(PanelTag());
#if HWY_TARGET == HWY_NEON || HWY_TARGET <= HWY_AVX3
inline constexpr std::size_t kKernelRows = 12;
#else
inline constexpr std::size_t kKernelRows = 6;
#endif

// Floats of a cache line.
inline constexpr std::size_t kPrefetchStep = 16;

// What the sums start from.
enum class Start { kZero, kBias, kOutput, kOutputPlusBias };

// sum[r][j] += sum_{i < depth} a[r * lda + i] * b[i * kPanel + j], r < kRows, j < kPanel, in registers. With
// kPrefetch, `depth` cache lines from `next` are brought nearer meanwhile.
// Rows are addressed as three from one pointer (base, base + lda, base + 2 lda), which x86 does without
// arithmetic.
template <std::size_t kRows, bool kPrefetch, class V = hn::Vec<PanelTag>>
HWY_INLINE void Accumulate(const float* HWY_RESTRICT a, std::size_t lda, const float* HWY_RESTRICT b,
                           std::size_t depth, [[maybe_unused]] const float* next, V (&sum0)[kRows],
                           V (&sum1)[kRows]) {
  const PanelTag d;
  const std::size_t lanes = hn::Lanes(d);
  constexpr std::size_t kGroups = (kRows + 2) / 3;
  const float* rows[kGroups];
#pragma GCC unroll 4
  for (std::size_t g = 0; g < kGroups; ++g) rows[g] = a + 3 * g * lda;

  for (std::size_t i = 0; i < depth; ++i) {
    const V b0 = hn::Load(d, b);
    const V b1 = hn::Load(d, b + lanes);
    b += kPanel;
    if (kPrefetch) {
      __builtin_prefetch(next, 0, 2);
      next += kPrefetchStep;
    }
#pragma GCC unroll 12
    for (std::size_t r = 0; r < kRows; ++r) {
      const V x = hn::Set(d, rows[r / 3][(r % 3) * lda]);
      sum0[r] = hn::MulAdd(x, b0, sum0[r]);
      sum1[r] = hn::MulAdd(x, b1, sum1[r]);
    }
#pragma GCC unroll 4
    for (std::size_t g = 0; g < kGroups; ++g) ++rows[g];
  }
}

// c[r * ldc + j] = start + the sum of Accumulate.
template <std::size_t kRows>
HWY_NOINLINE void MicroKernel(const float* HWY_RESTRICT a, std::size_t lda, const float* HWY_RESTRICT b,
                              std::size_t depth, float* HWY_RESTRICT c, std::size_t ldc, Start start,
                              const float* HWY_RESTRICT bias) {
  const PanelTag d;
  using V = hn::Vec<PanelTag>;
  const std::size_t lanes = hn::Lanes(d);
  V sum0[kRows];
  V sum1[kRows];
  const V bias0 = start == Start::kBias || start == Start::kOutputPlusBias ? hn::LoadU(d, bias) : hn::Zero(d);
  const V bias1 =
      start == Start::kBias || start == Start::kOutputPlusBias ? hn::LoadU(d, bias + lanes) : hn::Zero(d);
#pragma GCC unroll 12
  for (std::size_t r = 0; r < kRows; ++r) {
    sum0[r] = bias0;
    sum1[r] = bias1;
  }
  if (start == Start::kOutput || start == Start::kOutputPlusBias) {
#pragma GCC unroll 12
    for (std::size_t r = 0; r < kRows; ++r) {
      sum0[r] = hn::Add(sum0[r], hn::LoadU(d, c + r * ldc));
      sum1[r] = hn::Add(sum1[r], hn::LoadU(d, c + r * ldc + lanes));
    }
  }
  Accumulate<kRows, false>(a, lda, b, depth, nullptr, sum0, sum1);
#pragma GCC unroll 12
  for (std::size_t r = 0; r < kRows; ++r) {
    hn::StoreU(sum0[r], d, c + r * ldc);
    hn::StoreU(sum1[r], d, c + r * ldc + lanes);
  }
}

using MicroKernelFunction = void (*)(const float*, std::size_t, const float*, std::size_t, float*,
                                     std::size_t, Start, const float*);

template <std::size_t... kIndex>
constexpr std::array<MicroKernelFunction, sizeof...(kIndex)> MakeMicroKernels(
    std::index_sequence<kIndex...>) {
  return {&MicroKernel<kIndex + 1>...};
}

// The kernel for 1 <= rows <= kKernelRows.
HWY_INLINE MicroKernelFunction MicroKernelFor(std::size_t rows) {
  static constexpr auto kKernels = MakeMicroKernels(std::make_index_sequence<kKernelRows>());
  return kKernels[rows - 1];
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#endif
