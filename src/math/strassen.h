// Linear layers by one step of Strassen's algorithm: seven products of half the rows, inputs and outputs in
// place of eight (V. Strassen, Gaussian elimination is not optimal, 1969), an eighth less work.
#pragma once

#include <cstddef>
#include <mutex>

#include "math/linear.h"

namespace lengthwise {

// The five combinations of quarters of W^T that the algorithm multiplies with beside two of the quarters
// themselves. Inputs are halved within each slice of kLinearDepth, outputs into even and odd panels.
class StrassenWeights {
 public:
  enum Combination { kDiagonal, kRight, kLeft, kTop, kBottom };
  static constexpr std::size_t kCombinations = 5;

  // Whole panels, an even number of them, and halves of slices that are whole cache lines.
  static bool Fits(std::size_t in, std::size_t out);

  // Those of panels 2 pair and 2 pair + 1 and the slice of `depth` inputs from in_begin, one after the other,
  // each [depth / 2 x PanelWidth()]. The first call makes all, for whichever thread comes first.
  const float* Get(const PackedLinear& linear, std::size_t pair, std::size_t in_begin,
                   std::size_t depth) const;

 private:
  mutable std::once_flag once_;
  mutable AlignedBuffer<float> combinations_;
};

// Computes the paired rows of a part; rows between them are left alone.
void ComputeStrassen(const PackedLinear& linear, const LinearPart& part, LinearScratch& scratch);

}  // namespace lengthwise
