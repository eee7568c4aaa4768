// Random attention matrices, held whole, and their largest singular value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include <Eigen/Core>

#include "base/random.h"
#include "statistics/row_matrix.h"

namespace lengthwise {

// The seed of a stream of its own for what `key` names (experiment, cell, draw): a cell's numbers depend on
// the run's seed and on the cell, not on what else is computed or on which thread.
std::uint64_t StreamSeed(std::uint64_t seed, std::initializer_list<std::uint64_t> key);

// [n x n] scores of standard deviation 1: independent standard normal for head_size 0, else q k^T / sqrt(d)
// of independent standard normal q and k [n x d].
RowMatrix DrawScores(std::size_t n, std::size_t head_size, Random& random);

// Row-wise softmax of scale * scores.
RowMatrix SoftmaxRows(const RowMatrix& scores, double scale);

// How concentrated rows that sum to 1 are: mean over rows of entropy / ln n, and of the largest weight. n
// >= 2.
struct RowShape {
  double entropy = 0;
  double largest_weight = 0;
};
RowShape ShapeOfRows(const RowMatrix& attention);

struct SingularValue {
  double value = 0;
  Eigen::VectorXd right;  // unit singular vector
};

// Largest singular value of (I - 11^T/n) A, by Lanczos on its Gram matrix with full reorthogonalisation, from
// a random direction that depends on n alone. The squared value theta satisfies ||G v - theta v|| <= 2
// tolerance theta, so that the value lies within `tolerance` (relative) of a singular value, and in practice
// much closer: the error is of second order in that residual. One vector at a time: matrices that fit in
// memory need no blocks (collapse/attention_spectrum.h is for those that do not).
SingularValue LargestCentredSingularValue(const RowMatrix& attention, double tolerance);

}  // namespace lengthwise
