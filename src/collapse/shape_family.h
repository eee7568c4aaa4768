// The shapes a length curve is compared with, as families of linear designs.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "lengthwise/measure_result.h"

namespace lengthwise {

// Parameters of the shape, c and k included: 2, 2, 3, 4.
std::size_t ParameterCount(Shape shape);

// A shape with its non-linear parameter (c or k) fixed, which is linear in the others: y = columns(n) beta.
struct Design {
  Shape shape = Shape::kLinear;
  double nonlinear = 0;  // c or k; 0 where there is none
};

// [lengths x coefficients].
Eigen::MatrixXd DesignColumns(const Design& design, std::span<const double> lengths);

// One design, or a fine grid over c (a quarter of the shortest length to eight times the longest, 8 steps an
// octave) or k (48 steps an octave, at least two lengths on either side).
std::vector<Design> Designs(Shape shape, std::span<const double> lengths);

// Parameters by name, from the coefficients of the linear part.
std::vector<std::pair<std::string, double>> NamedParameters(const Design& design,
                                                            const Eigen::VectorXd& coefficients);

}  // namespace lengthwise
