#include "math/strassen.h"

#include <algorithm>
#include <array>

#include "base/fail.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/strassen.cpp"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include "math/microkernel-inl.h"
#include "math/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {

// What becomes of a product.
enum class Update { kSet, kAdd, kSubtract };

// A quarter of the output that a product belongs to; null: none.
struct Target {
  float* c = nullptr;
  std::size_t ldc = 0;
  Update update = Update::kAdd;
  Start start = Start::kZero;  // of kSet
  const float* bias = nullptr;
};

HWY_INLINE hn::Vec<PanelTag> Updated(const Target& target, const float* c, std::size_t column,
                                     hn::Vec<PanelTag> product) {
  const PanelTag d;
  switch (target.update) {
    case Update::kAdd:
      return hn::Add(hn::LoadU(d, c), product);
    case Update::kSubtract:
      return hn::Sub(hn::LoadU(d, c), product);
    case Update::kSet:
      break;
  }
  switch (target.start) {
    case Start::kZero:
      break;
    case Start::kBias:
      return hn::Add(hn::LoadU(d, target.bias + column), product);
    case Start::kOutput:
      return hn::Add(hn::LoadU(d, c), product);
    case Start::kOutputPlusBias:
      return hn::Add(hn::Add(hn::LoadU(d, c), hn::LoadU(d, target.bias + column)), product);
  }
  return product;
}

// One product of kRows rows, put into two quarters of the output.
template <std::size_t kRows>
HWY_NOINLINE void ProductKernel(const float* HWY_RESTRICT a, std::size_t lda, const float* HWY_RESTRICT b,
                                std::size_t depth, const Target& first, const Target& second,
                                const float* next) {
  const PanelTag d;
  using V = hn::Vec<PanelTag>;
  const std::size_t lanes = hn::Lanes(d);
  V sum0[kRows];
  V sum1[kRows];
#pragma GCC unroll 12
  for (std::size_t r = 0; r < kRows; ++r) {
    sum0[r] = hn::Zero(d);
    sum1[r] = hn::Zero(d);
  }
  Accumulate<kRows, true>(a, lda, b, depth, next, sum0, sum1);
  const auto put = [&](const Target& target) HWY_ATTR {
    if (target.c == nullptr) return;
#pragma GCC unroll 12
    for (std::size_t r = 0; r < kRows; ++r) {
      float* const c = target.c + r * target.ldc;
      hn::StoreU(Updated(target, c, 0, sum0[r]), d, c);
      hn::StoreU(Updated(target, c + lanes, lanes, sum1[r]), d, c + lanes);
    }
  };
  put(first);
  put(second);
}

using ProductKernelFunction = void (*)(const float*, std::size_t, const float*, std::size_t, const Target&,
                                       const Target&, const float*);

template <std::size_t... kIndex>
constexpr std::array<ProductKernelFunction, sizeof...(kIndex)> MakeProductKernels(
    std::index_sequence<kIndex...>) {
  return {&ProductKernel<kIndex + 1>...};
}

// The rows of one pairing: the upper half and the lower, which lacks a row where their number is odd. Then
// the lower quarters of inputs and outputs are copies with a row more.
struct Unit {
  std::size_t half = 0;
  std::size_t lower_rows = 0;
  const float* upper = nullptr;  // inputs
  std::size_t first = 0;         // row of the part
  float* combinations = nullptr;

  bool odd() const { return lower_rows < half; }
};

// Combinations of quarters of the input; kLowerRight is that quarter itself, of odd units alone.
enum InputCombination { kDiagonalSum, kLowerSum, kUpperSum, kLeftDifference, kRightDifference, kLowerRight };
constexpr std::size_t kInputCombinations = 6;

void CombineInputs(const Unit& unit, std::size_t ldx, std::size_t depth) {
  const PanelTag d;
  const std::size_t size = kKernelRows * depth;
  for (std::size_t r = 0; r < unit.half; ++r) {
    const float* HWY_RESTRICT upper = unit.upper + r * ldx;
    const float* HWY_RESTRICT lower = unit.upper + (unit.half + r) * ldx;
    const bool missing = r >= unit.lower_rows;
    float* HWY_RESTRICT out = unit.combinations + r * depth;
    for (std::size_t i = 0; i < depth; i += hn::Lanes(d)) {
      const auto a11 = hn::LoadU(d, upper + i);
      const auto a12 = hn::LoadU(d, upper + depth + i);
      const auto a21 = missing ? hn::Zero(d) : hn::LoadU(d, lower + i);
      const auto a22 = missing ? hn::Zero(d) : hn::LoadU(d, lower + depth + i);
      hn::StoreU(hn::Add(a11, a22), d, out + kDiagonalSum * size + i);
      hn::StoreU(hn::Add(a21, a22), d, out + kLowerSum * size + i);
      hn::StoreU(hn::Add(a11, a12), d, out + kUpperSum * size + i);
      hn::StoreU(hn::Sub(a21, a11), d, out + kLeftDifference * size + i);
      hn::StoreU(hn::Sub(a12, a22), d, out + kRightDifference * size + i);
      if (unit.odd()) hn::StoreU(a22, d, out + kLowerRight * size + i);
    }
  }
}

void ApplyGelu(float* c, std::size_t ldc, std::size_t rows) {
  const PanelTag d;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t j = 0; j < 2 * kPanel; j += hn::Lanes(d)) {
      hn::StoreU(Gelu(d, hn::LoadU(d, c + r * ldc + j)), d, c + r * ldc + j);
    }
  }
}

void CopyRows(const float* from, std::size_t from_stride, float* to, std::size_t to_stride,
              std::size_t rows) {
  for (std::size_t r = 0; r < rows; ++r) std::copy_n(from + r * from_stride, 2 * kPanel, to + r * to_stride);
}

constexpr std::size_t kProducts = 7;

// The seven products of two panels.
struct Products {
  std::array<const float*, kProducts + 1> weights;  // of each, and the first of the panels that follow
  const float* bias;
  Start start;
  std::size_t depth;
};

// The u-th unit of a part.
void MultiplyUnit(const Unit& unit, std::size_t u, const Products& b, std::size_t ldx, float* upper_c,
                  std::size_t ldc, float* lower_c, std::size_t lower_ldc, std::size_t product) {
  static constexpr auto kKernels = MakeProductKernels(std::make_index_sequence<kKernelRows>());
  const ProductKernelFunction kernel = kKernels[unit.half - 1];
  const std::size_t depth = b.depth;
  const auto input = [&](InputCombination which) {
    return unit.combinations + static_cast<std::size_t>(which) * kKernelRows * depth;
  };
  const auto target = [&](bool lower, bool odd_panel, Update update) {
    Target t;
    t.c = (lower ? lower_c : upper_c) + (odd_panel ? kPanel : 0);
    t.ldc = lower ? lower_ldc : ldc;
    t.update = update;
    t.start = b.start;
    t.bias = b.bias + (odd_panel ? kPanel : 0);
    return t;
  };
  const auto multiply = [&](const float* a, std::size_t lda, const Target& first, const Target& second) {
    // A panel of weights is two times `depth` lines; the first two units bring the next one.
    const float* const next = b.weights[product + 1] + u % 2 * depth * kPrefetchStep;
    kernel(a, lda, b.weights[product], depth, first, second, next);
  };
  switch (product) {
    case 0:
      return multiply(input(kDiagonalSum), depth, target(false, false, Update::kSet),
                      target(true, true, Update::kSet));
    case 1:
      return multiply(input(kLowerSum), depth, target(true, false, Update::kSet),
                      target(true, true, Update::kSubtract));
    case 2:
      return multiply(unit.upper, ldx, target(false, true, Update::kSet), target(true, true, Update::kAdd));
    case 3:
      return multiply(unit.odd() ? input(kLowerRight) : unit.upper + unit.half * ldx + depth,
                      unit.odd() ? depth : ldx, target(false, false, Update::kAdd),
                      target(true, false, Update::kAdd));
    case 4:
      return multiply(input(kUpperSum), depth, target(false, false, Update::kSubtract),
                      target(false, true, Update::kAdd));
    case 5:
      return multiply(input(kLeftDifference), depth, target(true, true, Update::kAdd), {});
    default:
      return multiply(input(kRightDifference), depth, target(false, false, Update::kAdd), {});
  }
}

// Units that share a pass over the weights; a part of more rows takes several.
constexpr std::size_t kMaxUnits = 16;

void ComputeUnits(const PackedLinear& linear, const LinearPart& part, std::span<Unit> units, float* lower) {
  // Outputs of the lower halves of odd units, [kKernelRows x 2 kPanel] each.
  constexpr std::size_t kLowerStride = 2 * kPanel;
  const auto copy = [&](std::size_t u) { return lower + u * kKernelRows * kLowerStride; };
  for (std::size_t i = part.in_begin; i < part.in_end; i += kLinearDepth) {
    const std::size_t slice = std::min(kLinearDepth, part.in_end - i);
    const std::size_t depth = slice / 2;
    for (Unit& unit : units) {
      unit.upper = part.x + unit.first * part.ldx + (i - part.in_begin);
      CombineInputs(unit, part.ldx, depth);
    }
    const bool first_slice = i == part.in_begin;
    const bool with_bias = i == 0;
    const bool on_output = !first_slice || part.add_to_output;
    Products b{};
    b.start = on_output ? (with_bias ? Start::kOutputPlusBias : Start::kOutput)
                        : (with_bias ? Start::kBias : Start::kZero);
    b.depth = depth;
    const bool gelu = part.gelu && i + slice == part.in_end;
    for (std::size_t p = part.panel_begin; p < part.panel_end; p += 2) {
      const float* const combinations = linear.strassen()->Get(linear, p / 2, i, slice);
      const std::size_t size = depth * kPanel;
      b.weights = {combinations + StrassenWeights::kDiagonal * size,
                   linear.panel(p) + i * kPanel,
                   combinations + StrassenWeights::kRight * size,
                   combinations + StrassenWeights::kLeft * size,
                   linear.panel(p + 1) + (i + depth) * kPanel,
                   combinations + StrassenWeights::kTop * size,
                   combinations + StrassenWeights::kBottom * size,
                   combinations + StrassenWeights::kCombinations * size};
      b.bias = linear.bias(p);
      float* const y = part.y + (p - part.panel_begin) * kPanel;
      for (std::size_t u = 0; u < units.size() && on_output; ++u) {
        if (!units[u].odd()) continue;
        CopyRows(y + (units[u].first + units[u].half) * part.ldy, part.ldy, copy(u), kLowerStride,
                 units[u].lower_rows);
      }
      for (std::size_t product = 0; product < kProducts; ++product) {
        for (std::size_t u = 0; u < units.size(); ++u) {
          const Unit& unit = units[u];
          float* const upper_c = y + unit.first * part.ldy;
          float* const lower_c = unit.odd() ? copy(u) : upper_c + unit.half * part.ldy;
          MultiplyUnit(unit, u, b, part.ldx, upper_c, part.ldy, lower_c, unit.odd() ? kLowerStride : part.ldy,
                       product);
        }
      }
      for (std::size_t u = 0; u < units.size(); ++u) {
        const Unit& unit = units[u];
        float* const upper_c = y + unit.first * part.ldy;
        if (unit.odd()) {
          CopyRows(copy(u), kLowerStride, upper_c + unit.half * part.ldy, part.ldy, unit.lower_rows);
        }
        if (gelu) ApplyGelu(upper_c, part.ldy, unit.half + unit.lower_rows);
      }
    }
  }
}

void ComputeStrassenImpl(const PackedLinear& linear, const LinearPart& part, LinearScratch& scratch) {
  constexpr std::size_t kUnitCombinations = kInputCombinations * kKernelRows * (kLinearDepth / 2);
  constexpr std::size_t kUnitLower = kKernelRows * 2 * kPanel;
  std::array<Unit, kMaxUnits> units;
  for (std::size_t begin = 0; begin < part.pairings.size(); begin += kMaxUnits) {
    const std::size_t count = std::min(kMaxUnits, part.pairings.size() - begin);
    scratch.combinations.Resize(count * (kUnitCombinations + kUnitLower));
    for (std::size_t u = 0; u < count; ++u) {
      const RowPairing& pairing = part.pairings[begin + u];
      units[u].half = (pairing.rows + 1) / 2;
      units[u].lower_rows = pairing.rows / 2;
      units[u].first = pairing.first;
      units[u].combinations = scratch.combinations.data() + u * kUnitCombinations;
    }
    ComputeUnits(linear, part, {units.data(), count},
                 scratch.combinations.data() + count * kUnitCombinations);
  }
}

// out = x + y or x - y.
void Combine(const float* x, const float* y, bool subtract, std::size_t size, float* out) {
  for (std::size_t i = 0; i < size; ++i) out[i] = subtract ? x[i] - y[i] : x[i] + y[i];
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lengthwise {

HWY_EXPORT(ComputeStrassenImpl);
HWY_EXPORT(Combine);

bool StrassenWeights::Fits(std::size_t in, std::size_t out) {
  constexpr std::size_t kLine = kAlignment / sizeof(float);
  return in % (2 * kLine) == 0 && out % (2 * PanelWidth()) == 0;
}

const float* StrassenWeights::Get(const PackedLinear& linear, std::size_t pair, std::size_t in_begin,
                                  std::size_t depth) const {
  const std::size_t width = PanelWidth();
  const std::size_t pairs = linear.panels() / 2;
  const auto place = [&](std::size_t begin, std::size_t size, std::size_t p) {
    return combinations_.data() + (pairs * begin + p * size) / 2 * kCombinations * width;
  };
  std::call_once(once_, [&] {
    combinations_.Resize(pairs * linear.in() / 2 * kCombinations * width);
    for (std::size_t i = 0; i < linear.in(); i += kLinearDepth) {
      const std::size_t slice = std::min(kLinearDepth, linear.in() - i);
      const std::size_t size = slice / 2 * width;
      for (std::size_t p = 0; p < pairs; ++p) {
        const float* const b11 = linear.panel(2 * p) + i * width;
        const float* const b12 = linear.panel(2 * p + 1) + i * width;
        const float* const b21 = b11 + size;
        const float* const b22 = b12 + size;
        float* const out = place(i, slice, p);
        const auto combine = HWY_DYNAMIC_DISPATCH(Combine);
        combine(b11, b22, false, size, out + kDiagonal * size);
        combine(b12, b22, true, size, out + kRight * size);
        combine(b21, b11, true, size, out + kLeft * size);
        combine(b11, b12, false, size, out + kTop * size);
        combine(b21, b22, false, size, out + kBottom * size);
      }
    }
  });
  return place(in_begin, depth, pair);
}

void ComputeStrassen(const PackedLinear& linear, const LinearPart& part, LinearScratch& scratch) {
  if (part.panel_begin % 2 != 0 || part.panel_end % 2 != 0 || part.in_begin % kLinearDepth != 0) {
    Fail(ErrorCode::kInternal, "paired rows of panels {} to {} from input {}", part.panel_begin,
         part.panel_end, part.in_begin);
  }
  HWY_DYNAMIC_DISPATCH(ComputeStrassenImpl)(linear, part, scratch);
}

}  // namespace lengthwise
#endif
