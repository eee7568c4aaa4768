// The largest singular values of an attention matrix from products with it, by block Lanczos.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "attention/attention_operator.h"
#include "lengthwise/attention.h"

namespace lengthwise {

struct SpectrumOptions {
  // Of each singular value, relative.
  double tolerance = kDefaultSpectrumTolerance;
  // Products with B^T B at most, each of kGramBlock vectors.
  std::size_t maximum_iterations = 64;
};

struct AttentionSpectrum {
  double sigma_hc = 0;       // largest singular value of (I - 11^T/n) A
  double sigma_centred = 0;  // largest singular value of A - 11^T/n
  std::size_t iterations = 0;
  // False where the iterations were used up before the tolerance was met: the values are then lower bounds.
  bool converged = false;
};

// y = G x, both [n x kGramBlock] by columns; G is symmetric, positive semidefinite, [n x n].
using GramFunction = std::function<void(std::span<const double> x, std::span<double> y)>;

// The square roots of the largest eigenvalues of G (sigma_hc) and G + n g g^T (sigma_centred), n = g.size()
// >= 1.
//
// Block Lanczos with full reorthogonalisation (Golub and Van Loan, Matrix Computations, 10.3), from g and
// random directions: as g is in the first block, one subspace serves both matrices. The largest Ritz value
// theta of M, with unit Ritz vector z and residual r = ||M z - theta z||, never exceeds the largest
// eigenvalue and lies within r of an eigenvalue. Stops when r <= 2 tolerance theta for both matrices; then
// sqrt(theta) is within `tolerance` of a singular value. That it is the largest follows from the random
// directions: a larger one could only hide from all of them if it were closer than the residual, which does
// no harm. Deterministic: the directions depend on n alone.
AttentionSpectrum ComputeSpectrum(std::span<const double> g, const GramFunction& gram,
                                  const SpectrumOptions& options);

// The same of one head.
AttentionSpectrum ComputeSpectrum(const CentredAttention& attention, const SpectrumOptions& options);

}  // namespace lengthwise
