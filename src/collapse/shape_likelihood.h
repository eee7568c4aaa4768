// Maximum likelihood of a shape for a curve whose errors are correlated.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "collapse/shape_family.h"

namespace lengthwise {

// Fits families of shapes to curves y ~ N(shape, C + s^2 I), C a given covariance and s, the irregularity,
// fitted with the shape. What does not depend on the curve is computed once, so that thousands of resampled
// curves cost little.
class ShapeFitter {
 public:
  // `lengths` ascending, at least as many as the shapes have parameters; `covariance` [lengths x lengths].
  ShapeFitter(std::span<const Shape> shapes, std::span<const double> lengths,
              const Eigen::MatrixXd& covariance);

  struct Fit {
    double deviance = 0;  // -2 ln L
    double irregularity = 0;
    Design design;
  };

  // The best fit of each shape.
  std::vector<Fit> FitShapes(const Eigen::VectorXd& curve) const;

  // Coefficients of the linear part of a fit.
  Eigen::VectorXd Coefficients(const Fit& fit, const Eigen::VectorXd& curve) const;

 private:
  // Multiplies by the inverse Cholesky factor of C + s^2 I, after which errors are independent with
  // variance 1.
  struct Whitener {
    double irregularity = 0;
    Eigen::MatrixXd inverse_factor;
    double constant = 0;  // of the deviance: ln det(C + s^2 I) + m ln 2 pi
  };
  // One shape. basis[w] stacks, design by design, orthonormal rows that span the design's columns under
  // whitener w: one product with a whitened curve gives what every design explains of it.
  struct Family {
    std::vector<Design> designs;
    Eigen::Index coefficients = 0;  // rows a design
    std::vector<Eigen::MatrixXd> basis;
  };

  std::vector<double> lengths_;
  std::vector<Whitener> whiteners_;
  std::vector<Family> families_;
};

}  // namespace lengthwise
