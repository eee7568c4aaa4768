// A linear layer in whichever format it is computed.
#pragma once

#include <cstddef>
#include <variant>

#include "lengthwise/precision.h"
#include "math/linear.h"
#include "math/narrow_linear.h"

namespace lengthwise {

// Memory of one thread.
struct LinearLayerScratch {
  LinearScratch packed;
  NarrowScratch narrow;
};

class LinearLayer {
 public:
  LinearLayer() = default;
  explicit LinearLayer(PackedLinear linear) : linear_(std::move(linear)) {}
  explicit LinearLayer(NarrowLinear linear) : linear_(std::move(linear)) {}

  std::size_t in() const;
  std::size_t out() const;
  // Outputs of a panel, in which LinearPart counts, and how many panels there are.
  std::size_t panel_width() const;
  std::size_t panels() const { return (out() + panel_width() - 1) / panel_width(); }

  // Narrow formats compute all rows plainly.
  void Compute(const LinearPart& part, LinearLayerScratch& scratch) const;

 private:
  std::variant<PackedLinear, NarrowLinear> linear_;
};

}  // namespace lengthwise
