#include "theory/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Eigenvalues>

namespace lengthwise {
namespace {

// Solving the tridiagonal problem costs about as much as this many products with a small matrix.
constexpr std::size_t kStepsBetweenChecks = 4;

constexpr std::uint64_t kStartSeed = 0x5147;

void FillNormal(RowMatrix& matrix, Random& random) {
  for (Eigen::Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = random.Normal();
}

// The Krylov space so far: orthonormal vectors, and the tridiagonal matrix that G is on them.
struct Krylov {
  std::vector<Eigen::VectorXd> basis;
  std::vector<double> diagonal;
  std::vector<double> beside;  // the last entry couples to the vector that is not in the basis yet

  // The largest eigenvalue of the tridiagonal matrix with its eigenvector in the basis.
  double Largest(Eigen::VectorXd& coefficients) const {
    const auto size = static_cast<Eigen::Index>(diagonal.size());
    const Eigen::Map<const Eigen::VectorXd> d(diagonal.data(), size);
    const Eigen::Map<const Eigen::VectorXd> e(beside.data(), size - 1);
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
    solver.computeFromTridiagonal(d, e, Eigen::ComputeEigenvectors);
    coefficients = solver.eigenvectors().col(size - 1);
    return solver.eigenvalues()[size - 1];
  }
};

}  // namespace

std::uint64_t StreamSeed(std::uint64_t seed, std::initializer_list<std::uint64_t> key) {
  std::uint64_t mixed = Random(seed).Next();
  for (const std::uint64_t part : key) mixed = Random(mixed ^ part).Next();
  return mixed;
}

RowMatrix DrawScores(std::size_t n, std::size_t head_size, Random& random) {
  const auto rows = static_cast<Eigen::Index>(n);
  RowMatrix scores(rows, rows);
  if (head_size == 0) {
    FillNormal(scores, random);
    return scores;
  }
  RowMatrix queries(rows, static_cast<Eigen::Index>(head_size));
  RowMatrix keys(rows, static_cast<Eigen::Index>(head_size));
  FillNormal(queries, random);
  FillNormal(keys, random);
  queries /= std::sqrt(static_cast<double>(head_size));
  scores.noalias() = queries * keys.transpose();
  return scores;
}

RowMatrix SoftmaxRows(const RowMatrix& scores, double scale) {
  RowMatrix attention(scores.rows(), scores.cols());
  for (Eigen::Index i = 0; i < scores.rows(); ++i) {
    const double largest = scale * scores.row(i).maxCoeff();
    attention.row(i) = (scale * scores.row(i).array() - largest).exp();
    attention.row(i) /= attention.row(i).sum();
  }
  return attention;
}

RowShape ShapeOfRows(const RowMatrix& attention) {
  RowShape shape;
  // A weight of 0 contributes 0; the smallest normal number in its place keeps the logarithm finite.
  constexpr double kLeast = std::numeric_limits<double>::min();
  for (Eigen::Index i = 0; i < attention.rows(); ++i) {
    const auto row = attention.row(i).array();
    shape.entropy -= (row * row.max(kLeast).log()).sum();
    shape.largest_weight += row.maxCoeff();
  }
  const auto n = static_cast<double>(attention.rows());
  shape.entropy /= n * std::log(n);
  shape.largest_weight /= n;
  return shape;
}

SingularValue LargestCentredSingularValue(const RowMatrix& attention, double tolerance) {
  const Eigen::Index n = attention.rows();
  const auto steps = static_cast<std::size_t>(n);
  Random random(kStartSeed);
  Krylov space;
  Eigen::VectorXd next(n);
  for (Eigen::Index i = 0; i < n; ++i) next[i] = random.Normal();
  next.normalize();
  while (true) {
    space.basis.push_back(next);
    Eigen::VectorXd image = attention * next;
    image.array() -= image.mean();
    next.noalias() = attention.transpose() * image;
    space.diagonal.push_back(next.dot(space.basis.back()));
    // Twice is enough (Giraud, Langou, Rozloznik 2005).
    for (int twice = 0; twice < 2; ++twice) {
      for (const Eigen::VectorXd& v : space.basis) next -= v.dot(next) * v;
    }
    const double coupling = next.norm();
    space.beside.push_back(coupling);
    const std::size_t size = space.basis.size();
    // Nothing is left outside the space but rounding: it is invariant.
    const bool last = size == steps || coupling <= 1e-14 * space.diagonal.front();
    if (last || size % kStepsBetweenChecks == 0) {
      Eigen::VectorXd coefficients;
      const double theta = space.Largest(coefficients);
      const double residual = coupling * std::abs(coefficients[coefficients.size() - 1]);
      if (last || residual <= 2 * tolerance * theta) {
        Eigen::VectorXd right = Eigen::VectorXd::Zero(n);
        for (std::size_t k = 0; k < size; ++k)
          right += coefficients[static_cast<Eigen::Index>(k)] * space.basis[k];
        return {std::sqrt(std::max(0.0, theta)), right};
      }
    }
    next /= coupling;
  }
}

}  // namespace lengthwise
