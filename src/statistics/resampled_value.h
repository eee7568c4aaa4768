// A statistic with its value in every bootstrap resample, so that differences of statistics are paired.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "statistics/interval.h"

namespace lengthwise {

// [units x replicates]: how often each unit (a document, a group) was drawn in each bootstrap resample
// (multinomial, columns sum to `units`). A resample that drew one unit only is drawn again: it has no pair.
// units >= 2.
Eigen::MatrixXd ResampleWeights(std::size_t units, std::size_t replicates, std::uint64_t seed);

struct ResampledValue {
  double estimate = 0;
  std::vector<double> replicates;  // one a resample; values that meet in a formula have the same resamples
};

// `weights` as ResampleWeights makes them, of the units that the values belong to.
ResampledValue ResampledMean(std::span<const double> values, const Eigen::MatrixXd& weights);

ResampledValue operator-(const ResampledValue& a, const ResampledValue& b);
ResampledValue MeanOf(std::span<const ResampledValue> values);

// `units`: how many were resampled.
Interval IntervalOf(const ResampledValue& value, double confidence, std::size_t units);

}  // namespace lengthwise
