#include "attention/attention_spectrum.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <Eigen/Dense>

#include "base/fail.h"
#include "base/random.h"

namespace lengthwise {
namespace {

constexpr std::uint64_t kSeed = 0x5EC7;

// A direction of which less than this part is left outside the subspace is rounding, and is dropped.
constexpr double kNothingLeft = 1e-10;

// Orthonormal columns that grow block by block, and their images.
struct Subspace {
  Eigen::MatrixXd basis;      // V [n x capacity]
  Eigen::MatrixXd image;      // G V
  Eigen::MatrixXd projected;  // V^T G V
  Eigen::Index size = 0;

  auto v() const { return basis.leftCols(size); }

  // Appends what of `block` lies outside, made orthonormal; returns the number of new columns. Projecting
  // twice is enough (Giraud, Langou, Rozloznik 2005).
  Eigen::Index Extend(const Eigen::MatrixXd& block) {
    const Eigen::Index before = size;
    for (Eigen::Index c = 0; c < block.cols() && size < basis.rows(); ++c) {
      Eigen::VectorXd x = block.col(c);
      const double norm = x.norm();
      for (int twice = 0; twice < 2; ++twice) x -= v() * (v().transpose() * x).eval();
      const double left = x.norm();
      if (left <= kNothingLeft * norm) continue;
      if (size == basis.cols()) Reserve(size + std::max<Eigen::Index>(size, block.cols()));
      basis.col(size++) = x / left;
    }
    return size - before;
  }

  void Reserve(Eigen::Index columns) {
    columns = std::min(columns, basis.rows());
    basis.conservativeResize(Eigen::NoChange, columns);
    image.conservativeResize(Eigen::NoChange, columns);
    projected.conservativeResize(columns, columns);
  }
};

// Fills the images of the last `count` columns; returns them.
Eigen::MatrixXd Multiply(const GramFunction& gram, Eigen::Index count, Subspace& space) {
  const Eigen::Index n = space.basis.rows();
  const Eigen::Index first = space.size - count;
  constexpr auto kBlock = static_cast<Eigen::Index>(kGramBlock);
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(n, kBlock);
  Eigen::MatrixXd y(n, kBlock);
  x.leftCols(count) = space.basis.middleCols(first, count);
  gram({x.data(), static_cast<std::size_t>(x.size())}, {y.data(), static_cast<std::size_t>(y.size())});
  if (!y.leftCols(count).allFinite()) Fail(ErrorCode::kInternal, "a product with attention is not finite");
  space.image.middleCols(first, count) = y.leftCols(count);
  space.projected.block(0, first, space.size, count) =
      space.v().transpose() * space.image.middleCols(first, count);
  // The products' rounding is not symmetric; the lower triangle, which alone is read, is.
  space.projected.block(first, 0, count, first) = space.projected.block(0, first, first, count).transpose();
  return y.leftCols(count);
}

struct Ritz {
  double value = 0;
  double residual = 0;
};

// The largest Ritz value of G + weight g g^T; g lies in the subspace, g = V h.
Ritz LargestRitz(const Subspace& space, double weight, const Eigen::VectorXd& g, const Eigen::VectorXd& h) {
  Eigen::MatrixXd projected = space.projected.topLeftCorner(space.size, space.size);
  projected += weight * h * h.transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(projected);
  const Eigen::VectorXd z = solver.eigenvectors().col(space.size - 1);
  Ritz ritz;
  ritz.value = std::max(0.0, solver.eigenvalues()[space.size - 1]);
  ritz.residual =
      (space.image.leftCols(space.size) * z + weight * h.dot(z) * g - ritz.value * (space.v() * z).eval())
          .norm();
  return ritz;
}

}  // namespace

AttentionSpectrum ComputeSpectrum(std::span<const double> g, const GramFunction& gram,
                                  const SpectrumOptions& options) {
  const auto n = static_cast<Eigen::Index>(g.size());
  const Eigen::VectorXd shift = Eigen::Map<const Eigen::VectorXd>(g.data(), n);
  Eigen::MatrixXd block(n, static_cast<Eigen::Index>(kGramBlock));
  block.col(0) = shift;
  Random random(kSeed);
  for (Eigen::Index c = 1; c < block.cols(); ++c) {
    for (Eigen::Index i = 0; i < n; ++i) block(i, c) = random.Normal();
  }
  Subspace space;
  space.basis.resize(n, 0);
  space.image.resize(n, 0);
  AttentionSpectrum spectrum;
  while (spectrum.iterations < options.maximum_iterations && !spectrum.converged) {
    const Eigen::Index added = space.Extend(block);
    if (added == 0) {
      // G maps the subspace into itself: its Ritz values are eigenvalues.
      spectrum.converged = true;
      break;
    }
    block = Multiply(gram, added, space);
    ++spectrum.iterations;
    const Eigen::VectorXd h = space.v().transpose() * shift;
    const Ritz hc = LargestRitz(space, 0.0, shift, h);
    const Ritz centred = LargestRitz(space, static_cast<double>(n), shift, h);
    spectrum.sigma_hc = std::sqrt(hc.value);
    spectrum.sigma_centred = std::sqrt(centred.value);
    const auto within = [&](const Ritz& r) { return r.residual <= 2 * options.tolerance * r.value; };
    spectrum.converged = within(hc) && within(centred);
  }
  return spectrum;
}

AttentionSpectrum ComputeSpectrum(const CentredAttention& attention, const SpectrumOptions& options) {
  // One token has weight 1 on itself: both matrices are zero, and rounding is not to be taken for a value.
  if (attention.input.tokens == 1)
    return {.sigma_hc = 0, .sigma_centred = 0, .iterations = 0, .converged = true};
  return ComputeSpectrum(
      attention.above_uniform,
      [&](std::span<const double> x, std::span<double> y) { ApplyGram(attention, x, y); }, options);
}

}  // namespace lengthwise
