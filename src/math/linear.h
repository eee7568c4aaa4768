// Linear layers, y = x W^T + b, on weights packed once.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "math/aligned_buffer.h"

namespace lengthwise {

class StrassenWeights;

// Columns of the packed panels on this CPU: two vectors of floats.
std::size_t PanelWidth();
// Rows that the kernel computes at once on this CPU; row counts that are a multiple of it waste nothing.
std::size_t KernelRows();

// W [out x in] cut into panels of PanelWidth() outputs; a panel holds, input by input, the weights of its
// outputs, so that the kernel reads memory in order. The last panel is filled with zeros.
class PackedLinear {
 public:
  PackedLinear();
  PackedLinear(std::size_t in, std::size_t out);
  ~PackedLinear();
  PackedLinear(PackedLinear&&) noexcept;
  PackedLinear& operator=(PackedLinear&&) noexcept;

  // Copies `count` rows of W (outputs `first` onwards), given row-major [count x in],
  // and their biases. Returns false if a value is not finite.
  bool SetRows(std::size_t first, std::span<const float> rows, std::span<const float> bias);

  std::size_t in() const { return in_; }
  std::size_t out() const { return out_; }
  std::size_t panels() const;
  const float* panel(std::size_t p) const;
  const float* bias(std::size_t p) const;
  // Null where the shape does not fit Strassen's algorithm.
  const StrassenWeights* strassen() const { return strassen_.get(); }

 private:
  std::size_t in_ = 0;
  std::size_t out_ = 0;
  AlignedBuffer<float> weights_;
  AlignedBuffer<float> bias_;
  std::unique_ptr<StrassenWeights> strassen_;
};

// Inputs summed in one pass over the output: a panel's slice of this depth and the rows beside it stay in the
// first two cache levels.
inline constexpr std::size_t kLinearDepth = 512;

// Rows [first, first + rows) of a part that go through one step of Strassen's algorithm (strassen.h), the
// first half of them paired with the second; at most 2 KernelRows(), at least 2.
struct RowPairing {
  std::size_t first = 0;
  std::size_t rows = 0;
};

// A part of a product: rows x and y, panels [panel_begin, panel_end), inputs [in_begin, in_end).
struct LinearPart {
  const float* x = nullptr;  // rows x (in_end - in_begin), its column 0 is input in_begin
  std::size_t ldx = 0;       // floats from a row to the next
  std::size_t rows = 0;
  float* y = nullptr;  // its column 0 is the first output of panel_begin
  std::size_t ldy = 0;
  std::size_t panel_begin = 0, panel_end = 0;
  std::size_t in_begin = 0, in_end = 0;
  bool add_to_output = false;  // y += instead of y =
  bool gelu = false;           // applied after the sum; only where this part completes it
  // Ascending, disjoint; other rows are computed plainly. Where there are any, panel_begin and panel_end are
  // even and in_begin is a multiple of kLinearDepth.
  std::span<const RowPairing> pairings;
};

// Memory of one thread.
struct LinearScratch {
  AlignedBuffer<float> combinations;
};

// Computes one part in the calling thread. The bias is added where in_begin is 0. Each output is summed over
// the inputs in order, so results do not depend on how rows and panels are split; those of paired rows depend
// on the pairing alone.
void ComputeLinear(const PackedLinear& linear, const LinearPart& part, LinearScratch& scratch);

}  // namespace lengthwise
