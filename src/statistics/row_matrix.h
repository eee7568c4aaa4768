// Matrices whose rows stand one after the other, as those of tokens and of vectors do.
#pragma once

#include <Eigen/Core>

namespace lengthwise {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FloatRowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace lengthwise
