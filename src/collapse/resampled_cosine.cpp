#include "collapse/resampled_cosine.h"

#include "collapse/resampling.h"

namespace lengthwise {

ResampledValue ResampledCosine(const FloatRowMatrix& rows, const Eigen::MatrixXd& weights) {
  ResampledValue value;
  value.estimate = *MeanPairwiseCosine(rows);
  if (weights.cols() > 0) value.replicates = ResampledCosines(rows, weights);
  return value;
}

FloatRowMatrix UnitRows(const FloatRowMatrix& rows) {
  FloatRowMatrix unit(rows.rows(), rows.cols());
  for (Eigen::Index r = 0; r < rows.rows(); ++r) {
    const Eigen::RowVectorXd row = rows.row(r).cast<double>();
    const double norm = row.norm();
    unit.row(r) = (norm > 0 ? Eigen::RowVectorXd(row / norm) : row).cast<float>();
  }
  return unit;
}

std::vector<double> RowCosines(const FloatRowMatrix& a, const FloatRowMatrix& b) {
  std::vector<double> cosines;
  for (Eigen::Index r = 0; r < a.rows(); ++r) {
    cosines.push_back(a.row(r).cast<double>().dot(b.row(r).cast<double>()));
  }
  return cosines;
}

}  // namespace lengthwise
