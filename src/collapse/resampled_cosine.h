// Mean pairwise cosines with their values in every bootstrap resample.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "collapse/similarity.h"
#include "statistics/resampled_value.h"

namespace lengthwise {

// Mean pairwise cosine of rows that are unit vectors or zero; at least two. Also of rows that are the means
// of groups of k unit vectors, for the pairs between different groups. `weights` as ResampleWeights makes
// them, [units x replicates], of the documents or groups that the rows belong to.
ResampledValue ResampledCosine(const FloatRowMatrix& rows, const Eigen::MatrixXd& weights);

// Each row divided by its norm; a row of zeros stays zero.
FloatRowMatrix UnitRows(const FloatRowMatrix& rows);

// Cosine of each row of `a` with the same row of `b`, both unit.
std::vector<double> RowCosines(const FloatRowMatrix& a, const FloatRowMatrix& b);

}  // namespace lengthwise
