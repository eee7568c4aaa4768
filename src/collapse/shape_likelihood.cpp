#include "collapse/shape_likelihood.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <Eigen/Cholesky>
#include <Eigen/QR>

namespace lengthwise {
namespace {

// Irregularities that are tried: a floor that stands for none, then 8 steps a factor of ten from 1e-4 to 0.3.
// A cosine that is off by more is no curve.
std::vector<double> IrregularityGrid() {
  std::vector<double> grid = {1e-6};
  for (int i = 0; i <= 28; ++i) grid.push_back(1e-4 * std::pow(10.0, i / 8.0));
  return grid;
}

}  // namespace

ShapeFitter::ShapeFitter(std::span<const Shape> shapes, std::span<const double> lengths,
                         const Eigen::MatrixXd& covariance)
    : lengths_(lengths.begin(), lengths.end()) {
  constexpr double kLogTwoPi = 1.8378770664093453;
  const Eigen::Index m = covariance.rows();
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(m, m);
  for (const double irregularity : IrregularityGrid()) {
    const Eigen::LLT<Eigen::MatrixXd> factor(covariance + irregularity * irregularity * identity);
    // Rounding can cost a nearly singular covariance its definiteness at the smallest irregularities.
    if (factor.info() != Eigen::Success) continue;
    const double log_determinant = 2 * factor.matrixLLT().diagonal().array().log().sum();
    whiteners_.push_back({irregularity, factor.matrixL().solve(identity),
                          log_determinant + static_cast<double>(m) * kLogTwoPi});
  }
  for (const Shape shape : shapes) {
    Family family;
    family.designs = Designs(shape, lengths_);
    for (const Design& design : family.designs) {
      const Eigen::MatrixXd columns = DesignColumns(design, lengths_);
      family.coefficients = columns.cols();
      family.basis.resize(whiteners_.size());
      const auto d = static_cast<Eigen::Index>(&design - family.designs.data());
      for (std::size_t w = 0; w < whiteners_.size(); ++w) {
        Eigen::MatrixXd& basis = family.basis[w];
        if (d == 0) basis.resize(static_cast<Eigen::Index>(family.designs.size()) * columns.cols(), m);
        const Eigen::HouseholderQR<Eigen::MatrixXd> qr(whiteners_[w].inverse_factor * columns);
        basis.middleRows(d * columns.cols(), columns.cols()) =
            (qr.householderQ() * Eigen::MatrixXd::Identity(m, columns.cols())).transpose();
      }
    }
    families_.push_back(std::move(family));
  }
}

std::vector<ShapeFitter::Fit> ShapeFitter::FitShapes(const Eigen::VectorXd& curve) const {
  std::vector<Fit> fits(families_.size());
  for (Fit& fit : fits) fit.deviance = std::numeric_limits<double>::infinity();
  for (std::size_t w = 0; w < whiteners_.size(); ++w) {
    const Eigen::VectorXd whitened = whiteners_[w].inverse_factor * curve;
    const double squares = whitened.squaredNorm();
    for (std::size_t f = 0; f < families_.size(); ++f) {
      const Family& family = families_[f];
      const Eigen::VectorXd projected = family.basis[w] * whitened;
      for (std::size_t d = 0; d < family.designs.size(); ++d) {
        const double explained =
            projected.segment(static_cast<Eigen::Index>(d) * family.coefficients, family.coefficients)
                .squaredNorm();
        const double deviance = std::max(0.0, squares - explained) + whiteners_[w].constant;
        if (deviance < fits[f].deviance) fits[f] = {deviance, whiteners_[w].irregularity, family.designs[d]};
      }
    }
  }
  return fits;
}

Eigen::VectorXd ShapeFitter::Coefficients(const Fit& fit, const Eigen::VectorXd& curve) const {
  for (const Whitener& whitener : whiteners_) {
    if (whitener.irregularity != fit.irregularity) continue;
    const Eigen::MatrixXd columns = whitener.inverse_factor * DesignColumns(fit.design, lengths_);
    return columns.colPivHouseholderQr().solve(whitener.inverse_factor * curve);
  }
  return {};
}

}  // namespace lengthwise
