// A statistic with its value in every bootstrap resample, so that differences of statistics are paired.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "collapse/interval.h"
#include "collapse/similarity.h"

namespace lengthwise {

struct ResampledValue {
  double estimate = 0;
  std::vector<double> replicates;  // one a resample; values that meet in a formula have the same resamples
};

// `weights` as ResampleWeights makes them, [units x replicates], of the documents or groups that the rows or
// values belong to.

// Mean pairwise cosine of rows that are unit vectors or zero; at least two. Also of rows that are the means
// of groups of k unit vectors, for the pairs between different groups.
ResampledValue ResampledCosine(const VectorRows& rows, const Eigen::MatrixXd& weights);
ResampledValue ResampledMean(std::span<const double> values, const Eigen::MatrixXd& weights);

ResampledValue operator-(const ResampledValue& a, const ResampledValue& b);
ResampledValue MeanOf(std::span<const ResampledValue> values);

// `units`: how many documents or groups were resampled.
Interval IntervalOf(const ResampledValue& value, double confidence, std::size_t units);

// Each row divided by its norm; a row of zeros stays zero.
VectorRows UnitRows(const VectorRows& rows);

// Cosine of each row of `a` with the same row of `b`, both unit.
std::vector<double> RowCosines(const VectorRows& a, const VectorRows& b);

}  // namespace lengthwise
