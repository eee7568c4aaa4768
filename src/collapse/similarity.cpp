#include "collapse/similarity.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>

#include "base/random.h"

namespace lengthwise {
namespace {

double Kernel(const FloatRowMatrix& rows, Eigen::Index i, Eigen::Index j) {
  return std::exp(-2 * (rows.row(i) - rows.row(j)).cast<double>().squaredNorm());
}

}  // namespace

FloatRowMatrix KeptRows(const VectorSample& sample, std::size_t dimension) {
  FloatRowMatrix rows(static_cast<Eigen::Index>(sample.size()), static_cast<Eigen::Index>(dimension));
  Eigen::Index r = 0;
  for (const VectorSample::Entry* entry : sample.Sorted()) {
    rows.row(r++) = Eigen::Map<const Eigen::RowVectorXf>(entry->vector.data(), rows.cols());
  }
  return rows;
}

std::optional<double> MeanPairwiseCosine(const Eigen::VectorXd& sum, double squared_norms,
                                         std::uint64_t count) {
  if (count < 2) return std::nullopt;
  const auto n = static_cast<double>(count);
  return (sum.squaredNorm() - squared_norms) / (n * (n - 1));
}

std::optional<double> MeanPairwiseCosine(const BucketStats& stats) {
  return MeanPairwiseCosine(stats.sum, static_cast<double>(stats.count - stats.zero_vectors), stats.count);
}

std::optional<double> MeanPairwiseCosine(const FloatRowMatrix& rows) {
  const Eigen::MatrixXd values = rows.cast<double>();
  return MeanPairwiseCosine(values.colwise().sum().transpose(), values.squaredNorm(),
                            static_cast<std::uint64_t>(rows.rows()));
}

FloatRowMatrix CentredRows(const FloatRowMatrix& rows, const Eigen::VectorXd& centre) {
  constexpr double kRounding = 1e-6;
  FloatRowMatrix centred(rows.rows(), rows.cols());
  for (Eigen::Index r = 0; r < rows.rows(); ++r) {
    Eigen::VectorXd difference = rows.row(r).transpose().cast<double>() - centre;
    const double norm = difference.norm();
    if (norm > kRounding) {
      difference /= norm;
    } else {
      difference.setZero();
    }
    centred.row(r) = difference.transpose().cast<float>();
  }
  return centred;
}

std::optional<EffectiveRanks> MeasureEffectiveRanks(const BucketStats& stats) {
  if (stats.count == stats.zero_vectors) return std::nullopt;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(stats.second_moment, Eigen::EigenvaluesOnly);
  const Eigen::VectorXd& eigenvalues = solver.eigenvalues();
  const double largest = eigenvalues.maxCoeff();
  const double size = std::max(static_cast<double>(stats.count), static_cast<double>(eigenvalues.size()));
  const double rounding = size * std::numeric_limits<double>::epsilon() * largest;
  double sum = 0;
  double squares = 0;
  double singular_sum = 0;
  for (const double eigenvalue : eigenvalues) {
    if (eigenvalue <= rounding) continue;
    sum += eigenvalue;
    squares += eigenvalue * eigenvalue;
    singular_sum += std::sqrt(eigenvalue);
  }
  double entropy = 0;
  for (const double eigenvalue : eigenvalues) {
    if (eigenvalue <= rounding) continue;
    const double p = std::sqrt(eigenvalue) / singular_sum;
    entropy -= p * std::log(p);
  }
  return EffectiveRanks{std::exp(entropy), sum * sum / squares};
}

std::optional<double> Uniformity(const FloatRowMatrix& rows, std::uint64_t seed) {
  const Eigen::Index n = rows.rows();
  if (n < 2) return std::nullopt;
  const auto pairs = static_cast<std::size_t>(n) * static_cast<std::size_t>(n - 1) / 2;
  double sum = 0;
  if (pairs <= kUniformityPairs) {
    for (Eigen::Index i = 1; i < n; ++i) {
      for (Eigen::Index j = 0; j < i; ++j) sum += Kernel(rows, i, j);
    }
    return std::log(sum / static_cast<double>(pairs));
  }
  Random random(seed);
  for (std::size_t pair = 0; pair < kUniformityPairs; ++pair) {
    const auto i = static_cast<Eigen::Index>(random.Below(static_cast<std::uint64_t>(n)));
    auto j = static_cast<Eigen::Index>(random.Below(static_cast<std::uint64_t>(n - 1)));
    if (j >= i) ++j;
    sum += Kernel(rows, i, j);
  }
  return std::log(sum / static_cast<double>(kUniformityPairs));
}

}  // namespace lengthwise
