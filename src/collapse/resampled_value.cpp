#include "collapse/resampled_value.h"

#include "collapse/resampling.h"

namespace lengthwise {

ResampledValue ResampledCosine(const VectorRows& rows, const Eigen::MatrixXd& weights) {
  ResampledValue value;
  value.estimate = *MeanPairwiseCosine(rows);
  if (weights.cols() > 0) value.replicates = ResampledCosines(rows, weights);
  return value;
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

VectorRows UnitRows(const VectorRows& rows) {
  VectorRows unit(rows.rows(), rows.cols());
  for (Eigen::Index r = 0; r < rows.rows(); ++r) {
    const Eigen::RowVectorXd row = rows.row(r).cast<double>();
    const double norm = row.norm();
    unit.row(r) = (norm > 0 ? Eigen::RowVectorXd(row / norm) : row).cast<float>();
  }
  return unit;
}

std::vector<double> RowCosines(const VectorRows& a, const VectorRows& b) {
  std::vector<double> cosines;
  for (Eigen::Index r = 0; r < a.rows(); ++r) {
    cosines.push_back(a.row(r).cast<double>().dot(b.row(r).cast<double>()));
  }
  return cosines;
}

}  // namespace lengthwise
