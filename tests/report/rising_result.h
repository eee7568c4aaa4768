// A measurement to write about.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "measure/measure.h"

namespace lengthwise {

inline ShapeFit Fit(Shape shape, double weight, std::vector<std::pair<std::string, double>> parameters) {
  ShapeFit fit;
  fit.shape = shape;
  fit.parameters = std::move(parameters);
  fit.weight = weight;
  fit.fitted = {0.3, 0.4};
  return fit;
}

// A model trained to 256 of 512 positions, whose cosine rises from a knee at 238 on.
inline Measurement Rising() {
  Measurement result;
  result.model.limits = {256, 256, 512};
  result.truncated_asked = true;
  CollapseIndex index;
  index.documents = 151;
  index.lengths = {16, 512};
  index.slope = {0.02149, 0.0181, 0.0239};
  index.static_slope = Interval{0.0811, 0.08, 0.09};
  index.excess = Interval{-0.06, -0.07, -0.05};
  index.direction = Direction::kRises;
  result.index = index;
  Shapes shapes;
  shapes.lengths = {16, 512};
  shapes.fits = {Fit(Shape::kLinear, 0.05, {{"a", 0.2}, {"b", 0.001}}),
                 Fit(Shape::kBroken, 0.95, {{"knee", 238}})};
  shapes.preferred = 1;
  shapes.knee = Knee{238, 228, 245, 0.007, 0.114};
  result.shapes = shapes;
  return result;
}

// The truncated arm of the model: mean pairwise cosines by length.
inline ArmResult TruncatedArm(const std::vector<std::pair<std::size_t, double>>& cosines) {
  ArmResult arm;
  arm.sequences = SequenceKind::kTruncated;
  for (const auto& [length, cosine] : cosines) {
    BucketResult bucket;
    bucket.bucket = {length, length, false};
    bucket.cosine.estimate = cosine;
    arm.buckets.push_back(bucket);
  }
  return arm;
}

}  // namespace lengthwise
