#include "math/linear_layer.h"

namespace lengthwise {

std::size_t LinearLayer::in() const {
  return std::visit([](const auto& linear) { return linear.in(); }, linear_);
}

std::size_t LinearLayer::out() const {
  return std::visit([](const auto& linear) { return linear.out(); }, linear_);
}

std::size_t LinearLayer::panel_width() const {
  return std::holds_alternative<PackedLinear>(linear_) ? PanelWidth() : NarrowLinear::block_width();
}

void LinearLayer::Compute(const LinearPart& part, LinearLayerScratch& scratch) const {
  if (const auto* packed = std::get_if<PackedLinear>(&linear_)) {
    ComputeLinear(*packed, part, scratch.packed);
  } else {
    std::get<NarrowLinear>(linear_).Compute(part, scratch.narrow);
  }
}

}  // namespace lengthwise
