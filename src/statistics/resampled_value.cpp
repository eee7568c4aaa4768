#include "statistics/resampled_value.h"

#include "base/random.h"

namespace lengthwise {

Eigen::MatrixXd ResampleWeights(std::size_t units, std::size_t replicates, std::uint64_t seed) {
  Random random(seed);
  Eigen::MatrixXd weights =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(units), static_cast<Eigen::Index>(replicates));
  for (std::size_t r = 0; r < replicates; ++r) {
    auto column = weights.col(static_cast<Eigen::Index>(r));
    do {
      column.setZero();
      for (std::size_t draw = 0; draw < units; ++draw)
        column(static_cast<Eigen::Index>(random.Below(units))) += 1;
    } while (column.maxCoeff() == static_cast<double>(units));
  }
  return weights;
}

ResampledValue ResampledMean(std::span<const double> values, const Eigen::MatrixXd& weights) {
  const Eigen::Map<const Eigen::VectorXd> column(values.data(), static_cast<Eigen::Index>(values.size()));
  ResampledValue value;
  value.estimate = column.mean();
  for (Eigen::Index r = 0; r < weights.cols(); ++r) {
    value.replicates.push_back(weights.col(r).dot(column) / weights.col(r).sum());
  }
  return value;
}

ResampledValue operator-(const ResampledValue& a, const ResampledValue& b) {
  ResampledValue difference = a;
  difference.estimate -= b.estimate;
  for (std::size_t r = 0; r < difference.replicates.size(); ++r) difference.replicates[r] -= b.replicates[r];
  return difference;
}

ResampledValue MeanOf(std::span<const ResampledValue> values) {
  ResampledValue mean;
  mean.replicates.assign(values[0].replicates.size(), 0);
  const auto count = static_cast<double>(values.size());
  for (const ResampledValue& value : values) {
    mean.estimate += value.estimate / count;
    for (std::size_t r = 0; r < mean.replicates.size(); ++r) {
      mean.replicates[r] += value.replicates[r] / count;
    }
  }
  return mean;
}

Interval IntervalOf(const ResampledValue& value, double confidence, std::size_t units) {
  return PercentileInterval(value.estimate, value.estimate, value.replicates, confidence, units, units);
}

}  // namespace lengthwise
