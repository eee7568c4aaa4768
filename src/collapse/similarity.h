// How alike a set of embeddings is, from its sums or from its rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <Eigen/Core>

#include "collapse/length_stats.h"
#include "statistics/row_matrix.h"

namespace lengthwise {

// The kept vectors of a bucket, in the sample's order: unit vectors, or zero vectors. So are all rows below.
FloatRowMatrix KeptRows(const VectorSample& sample, std::size_t dimension);

// Mean cosine over ordered pairs of different rows: (||sum u||^2 - sum ||u||^2) / (N (N - 1)).
// `squared_norms` is sum ||u||^2: N less the zero vectors. Absent for N < 2.
std::optional<double> MeanPairwiseCosine(const Eigen::VectorXd& sum, double squared_norms,
                                         std::uint64_t count);
std::optional<double> MeanPairwiseCosine(const BucketStats& stats);
std::optional<double> MeanPairwiseCosine(const FloatRowMatrix& rows);

// Each row less `centre`, divided by its norm. A row closer to the centre than 1e-6, which is what rounding
// to float leaves of equality, becomes zero.
FloatRowMatrix CentredRows(const FloatRowMatrix& rows, const Eigen::VectorXd& centre);

struct EffectiveRanks {
  // RankMe (Garrido et al. 2023): exp(-sum p ln p), p the singular values of the N x d matrix of vectors
  // divided by their sum. From 1 (all vectors alike) to min(N, d).
  double rankme = 0;
  // (sum of eigenvalues)^2 / (sum of their squares) of the second-moment matrix.
  double participation_ratio = 0;
};

// From the eigenvalues of the second moment (not centred), whose square roots are the singular values.
// Eigenvalues below rounding (max(N, d) epsilon times the largest) count as zero. Absent for a bucket without
// a vector other than zero.
std::optional<EffectiveRanks> MeasureEffectiveRanks(const BucketStats& stats);

// Uniformity (Wang and Isola 2020): ln of the mean of exp(-2 ||x - y||^2) over pairs of different rows. All
// pairs, or kUniformityPairs pairs drawn with `seed` where there are more. Absent for fewer than two rows.
inline constexpr std::size_t kUniformityPairs = std::size_t{1} << 17;
std::optional<double> Uniformity(const FloatRowMatrix& rows, std::uint64_t seed);

}  // namespace lengthwise
