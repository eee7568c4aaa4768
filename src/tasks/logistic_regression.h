// Multinomial logistic regression with an L2 penalty, solved to its optimum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace lengthwise {

struct LogisticModel {
  Eigen::MatrixXd weights;    // [dimension x classes]
  Eigen::RowVectorXd biases;  // [classes]

  // The class with the largest score; the first of equals.
  std::uint32_t Predict(std::span<const float> row) const;
};

struct LogisticOptions {
  double inverse_penalty = 1;  // scikit-learn's C
  // The solver stops where no component of the gradient is larger; the optimum is then right to about as many
  // digits.
  double gradient_tolerance = 1e-6;
  std::size_t iterations = 2000;
};

// Minimises, as scikit-learn's LogisticRegression does, the sum over rows of the negative log-likelihood of
// the class plus
// ||weights||^2 / (2 C); biases are not penalised. Of two classes scikit-learn fits one weight vector, the
// difference of the two here: the penalty is doubled, which makes the two problems one. Solved by L-BFGS
// (Nocedal 1980) from zero, so the same data give the same model. `rows` [n x dimension]; `classes` by row,
// each below `class_count`, which is 2 or more.
LogisticModel FitLogistic(const Eigen::MatrixXd& rows, std::span<const std::uint32_t> classes,
                          std::size_t class_count, const LogisticOptions& options = {});

}  // namespace lengthwise
