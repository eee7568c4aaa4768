// Which shape a length curve has, and where its knee lies.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collapse/collapse_index.h"
#include "collapse/shape_family.h"

namespace lengthwise {

struct ShapeFit {
  Shape shape = Shape::kLinear;
  std::vector<std::pair<std::string, double>> parameters;
  double residual = 0;      // root mean square of measured minus fitted
  double irregularity = 0;  // standard deviation of the curve about the shape beyond sampling error
  double aicc = 0;
  double weight = 0;              // Akaike weight among the shapes fitted
  std::optional<double> support;  // share of the resamples that prefer this shape; absent without a bootstrap
  std::vector<double> fitted;     // one a length
};

// "below", "at" (the interval holds the limit) or "above"; "unknown" without an interval or a limit (0).
const char* KneePlace(const Knee& knee, std::size_t trained_limit);

struct Shapes {
  std::vector<double> lengths;  // that the shapes are fitted to
  std::vector<ShapeFit> fits;   // of every shape that the number of lengths allows
  std::size_t preferred = 0;    // index into `fits`
  std::optional<Knee> knee;     // of the broken shape, preferred or not
};

// The model of the measured curve: y = shape(n) + irregularity + sampling error, the irregularities
// independent N(0, s^2), the sampling error N(0, C) with C the covariance of the bootstrap replicates (the
// same documents stand at every length, so neighbours err together, and C weighs the change from length to
// length by how well it is known). Each shape is fitted by maximum likelihood, s included; the lowest AICc is
// preferred:
//   -2 ln L + 2 p + 2 p (p + 1) / (m - p - 1), p = parameters + 1 for s, m = lengths.
// A shape with m <= p + 1 is left out. Absent where none is left (fewer than 5 lengths).
// Where cosine first falls (texts begin alike), the shapes are of what follows: they are fitted from the
// length of the lowest cosine on, if the interval of the fall to it lies above 0 and at least kShortestRise
// lengths are left.
inline constexpr std::size_t kShortestRise = 7;
std::optional<Shapes> CompareShapes(const LengthCurve& curve, double confidence);

}  // namespace lengthwise
