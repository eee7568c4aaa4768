#include "tuning/map.h"

#include <Eigen/Eigenvalues>

namespace lengthwise {

std::vector<float> PlaneOf(const VectorSet& documents, std::span<const std::size_t> chosen) {
  const auto count = static_cast<Eigen::Index>(chosen.size());
  const auto dimension = static_cast<Eigen::Index>(documents.dimension);
  Eigen::MatrixXd rows(count, dimension);
  for (Eigen::Index i = 0; i < count; ++i) {
    const std::span<const float> row = documents.row(chosen[static_cast<std::size_t>(i)]);
    rows.row(i) = Eigen::Map<const Eigen::VectorXf>(row.data(), dimension).cast<double>();
  }
  const Eigen::RowVectorXd mean = rows.colwise().mean();
  rows.rowwise() -= mean;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(rows.transpose() * rows);
  // Ascending: the last two.
  Eigen::MatrixXd axes = solver.eigenvectors().rightCols(2).rowwise().reverse();
  for (Eigen::Index axis = 0; axis < axes.cols(); ++axis) {
    Eigen::Index largest = 0;
    axes.col(axis).cwiseAbs().maxCoeff(&largest);
    if (axes(largest, axis) < 0) axes.col(axis) = -axes.col(axis);
  }
  const Eigen::MatrixXd points = rows * axes;
  std::vector<float> plane;
  for (Eigen::Index i = 0; i < count; ++i) {
    for (Eigen::Index axis = 0; axis < 2; ++axis) plane.push_back(static_cast<float>(points(i, axis)));
  }
  return plane;
}

}  // namespace lengthwise
