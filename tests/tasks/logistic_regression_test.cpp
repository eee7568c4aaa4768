#include "tasks/logistic_regression.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace lengthwise {
namespace {

Eigen::MatrixXd Points() {
  Eigen::MatrixXd points(7, 2);
  points << 0, 1, 1, 0, 2, 1, 0, -1, 3, 2, -1, 2, 1, 1;
  return points;
}

constexpr LogisticOptions kExact{.inverse_penalty = 1, .gradient_tolerance = 1e-10, .iterations = 5000};

// scikit-learn 1.9.1, LogisticRegression(C=1, tol=1e-12, max_iter=100000); given to eight decimals.
TEST(FitLogistic, FindsScikitLearnsOptimumOfThreeClasses) {
  const std::vector<std::uint32_t> classes = {0, 1, 1, 2, 1, 0, 2};
  const LogisticModel model = FitLogistic(Points(), classes, 3, kExact);
  Eigen::MatrixXd weights(2, 3);
  weights << -0.76486798, 0.87577636, -0.11090838, 0.53428444, -0.09268611, -0.44159833;
  EXPECT_LT((model.weights - weights).cwiseAbs().maxCoeff(), 2e-8);
  // Biases are determined up to a constant that all share.
  EXPECT_NEAR(model.biases(1) - model.biases(0), -0.4115338 + 0.04174339, 2e-8);
  EXPECT_NEAR(model.biases(2) - model.biases(0), 0.45327719 + 0.04174339, 2e-8);
}

TEST(FitLogistic, FindsScikitLearnsOptimumOfTwoClassesWhereItFitsOneWeightVector) {
  const std::vector<std::uint32_t> classes = {0, 1, 1, 0, 1, 0, 1};
  const LogisticModel model = FitLogistic(Points(), classes, 2, kExact);
  EXPECT_NEAR(model.weights(0, 1) - model.weights(0, 0), 1.22158567, 2e-8);
  EXPECT_NEAR(model.weights(1, 1) - model.weights(1, 0), 0.13434449, 2e-8);
  EXPECT_NEAR(model.biases(1) - model.biases(0), -0.65024536, 2e-8);
}

// The problem is strictly convex in the weights, so a vanishing gradient, summed here in plain loops, is the
// optimum.
TEST(FitLogistic, LeavesNoGradientInManyDimensions) {
  Random random(1);
  const std::size_t rows = 48, dimension = 100, classes = 6;
  Eigen::MatrixXd points(rows, dimension);
  std::vector<std::uint32_t> labels;
  for (std::size_t i = 0; i < rows; ++i) {
    labels.push_back(static_cast<std::uint32_t>(i % classes));
    for (std::size_t c = 0; c < dimension; ++c) {
      points(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)) =
          0.1 * random.Normal() + (c == i % classes ? 0.3 : 0);
    }
  }
  const double inverse_penalty = 0.7;
  const LogisticModel model = FitLogistic(points, labels, classes, {inverse_penalty, 1e-9, 5000});
  std::vector<std::vector<double>> gradient(dimension + 1, std::vector<double>(classes, 0.0));
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<double> weights(classes);
    double sum = 0;
    for (std::size_t k = 0; k < classes; ++k) {
      double score = model.biases(static_cast<Eigen::Index>(k));
      for (std::size_t c = 0; c < dimension; ++c) {
        score += points(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)) *
                 model.weights(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(k));
      }
      weights[k] = std::exp(score);
      sum += weights[k];
    }
    for (std::size_t k = 0; k < classes; ++k) {
      const double residual = weights[k] / sum - (labels[i] == k ? 1 : 0);
      for (std::size_t c = 0; c < dimension; ++c) {
        gradient[c][k] += residual * points(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c));
      }
      gradient[dimension][k] += residual;
    }
  }
  for (std::size_t c = 0; c <= dimension; ++c) {
    for (std::size_t k = 0; k < classes; ++k) {
      const double penalty =
          c < dimension
              ? model.weights(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(k)) / inverse_penalty
              : 0;
      EXPECT_NEAR(gradient[c][k] + penalty, 0, 2e-9);
    }
  }
}

}  // namespace
}  // namespace lengthwise
