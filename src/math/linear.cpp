#include "math/linear.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/linear.cpp"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include "math/microkernel-inl.h"
#include "math/simd_math-inl.h"
#include "math/strassen.h"

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {

std::size_t PanelWidthImpl() {
  return kPanel;
}
std::size_t KernelRowsImpl() {
  return kKernelRows;
}

// One panel by all rows of the part; `y` has room for whole panels.
void ComputePanel(const LinearPart& part, const float* panel, const float* bias, float* y, std::size_t ldy,
                  bool add_to_output) {
  const PanelTag d;
  const std::size_t depth = part.in_end - part.in_begin;
  for (std::size_t row = 0; row < part.rows; row += kKernelRows) {
    const std::size_t rows = std::min(kKernelRows, part.rows - row);
    const MicroKernelFunction kernel = MicroKernelFor(rows);
    float* const out = y + row * ldy;
    for (std::size_t i = 0; i < depth; i += kLinearDepth) {
      const bool first = i == 0;
      const bool with_bias = first && part.in_begin == 0;
      const Start start = !first || add_to_output ? (with_bias ? Start::kOutputPlusBias : Start::kOutput)
                                                  : (with_bias ? Start::kBias : Start::kZero);
      kernel(part.x + row * part.ldx + i, part.ldx, panel + (part.in_begin + i) * kPanel,
             std::min(kLinearDepth, depth - i), out, ldy, start, bias);
    }
    if (part.gelu) {
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t j = 0; j < kPanel; j += hn::Lanes(d)) {
          hn::StoreU(Gelu(d, hn::LoadU(d, out + r * ldy + j)), d, out + r * ldy + j);
        }
      }
    }
  }
}

void ComputeLinearImpl(const PackedLinear& linear, const LinearPart& part) {
  for (std::size_t p = part.panel_begin; p < part.panel_end; ++p) {
    const std::size_t columns = std::min(kPanel, linear.out() - p * kPanel);
    float* const y = part.y + (p - part.panel_begin) * kPanel;
    if (columns == kPanel) {
      ComputePanel(part, linear.panel(p), linear.bias(p), y, part.ldy, part.add_to_output);
      continue;
    }
    // A last panel with fewer columns goes through a block of its own.
    HWY_ALIGN float block[kKernelRows * kPanel];
    for (std::size_t row = 0; row < part.rows; row += kKernelRows) {
      LinearPart piece = part;
      piece.x = part.x + row * part.ldx;
      piece.rows = std::min(kKernelRows, part.rows - row);
      std::fill(block, block + kKernelRows * kPanel, 0.0F);
      for (std::size_t r = 0; r < piece.rows && part.add_to_output; ++r) {
        std::memcpy(block + r * kPanel, y + (row + r) * part.ldy, columns * sizeof(float));
      }
      ComputePanel(piece, linear.panel(p), linear.bias(p), block, kPanel, part.add_to_output);
      for (std::size_t r = 0; r < piece.rows; ++r) {
        std::memcpy(y + (row + r) * part.ldy, block + r * kPanel, columns * sizeof(float));
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lengthwise {

HWY_EXPORT(PanelWidthImpl);
HWY_EXPORT(KernelRowsImpl);
HWY_EXPORT(ComputeLinearImpl);

std::size_t PanelWidth() {
  return HWY_DYNAMIC_DISPATCH(PanelWidthImpl)();
}
std::size_t KernelRows() {
  return HWY_DYNAMIC_DISPATCH(KernelRowsImpl)();
}

PackedLinear::PackedLinear() = default;
PackedLinear::~PackedLinear() = default;
PackedLinear::PackedLinear(PackedLinear&&) noexcept = default;
PackedLinear& PackedLinear::operator=(PackedLinear&&) noexcept = default;

PackedLinear::PackedLinear(std::size_t in, std::size_t out) : in_(in), out_(out) {
  const std::size_t width = PanelWidth();
  if (StrassenWeights::Fits(in, out)) strassen_ = std::make_unique<StrassenWeights>();
  weights_.Resize(panels() * in * width);
  bias_.Resize(panels() * width);
  if (out % width != 0) {
    const std::size_t last = panels() - 1;
    std::fill(weights_.data() + last * in * width, weights_.data() + weights_.size(), 0.0F);
    std::fill(bias_.data() + last * width, bias_.data() + bias_.size(), 0.0F);
  }
}

std::size_t PackedLinear::panels() const {
  return (out_ + PanelWidth() - 1) / PanelWidth();
}
const float* PackedLinear::panel(std::size_t p) const {
  return weights_.data() + p * in_ * PanelWidth();
}
const float* PackedLinear::bias(std::size_t p) const {
  return bias_.data() + p * PanelWidth();
}

bool PackedLinear::SetRows(std::size_t first, std::span<const float> rows, std::span<const float> bias) {
  const std::size_t width = PanelWidth();
  // A sum of 0 * x is NaN exactly where some x is not finite, and costs no branch.
  float poison = 0;
  for (std::size_t r = 0; r < bias.size(); ++r) {
    const std::size_t o = first + r;
    float* const to = weights_.data() + o / width * in_ * width + o % width;
    const float* const from = rows.data() + r * in_;
    for (std::size_t i = 0; i < in_; ++i) {
      to[i * width] = from[i];
      poison += 0.0F * from[i];
    }
    bias_[o] = bias[r];
    poison += 0.0F * bias[r];
  }
  return !std::isnan(poison);
}

void ComputeLinear(const PackedLinear& linear, const LinearPart& part, LinearScratch& scratch) {
  if (linear.strassen() == nullptr || part.pairings.empty()) {
    HWY_DYNAMIC_DISPATCH(ComputeLinearImpl)(linear, part);
    return;
  }
  LinearPart plain = part;
  const auto compute_plain = [&](std::size_t first, std::size_t last) {
    if (first == last) return;
    plain.x = part.x + first * part.ldx;
    plain.y = part.y + first * part.ldy;
    plain.rows = last - first;
    HWY_DYNAMIC_DISPATCH(ComputeLinearImpl)(linear, plain);
  };
  std::size_t row = 0;
  for (const RowPairing& pairing : part.pairings) {
    compute_plain(row, pairing.first);
    row = pairing.first + pairing.rows;
  }
  compute_plain(row, part.rows);
  ComputeStrassen(linear, part, scratch);
}

}  // namespace lengthwise
#endif
