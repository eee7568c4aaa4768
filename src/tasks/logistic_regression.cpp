#include "tasks/logistic_regression.h"

#include <cmath>
#include <deque>

namespace lengthwise {
namespace {

// Steps kept of the past, from which L-BFGS estimates curvature.
constexpr std::size_t kMemory = 20;

// Parameters [(dimension + 1) x classes], the last row biases.
class Loss {
 public:
  Loss(const Eigen::MatrixXd& rows, std::span<const std::uint32_t> classes, std::size_t class_count,
       double inverse_penalty)
      : rows_(rows.rows(), rows.cols() + 1),
        targets_(Eigen::MatrixXd::Zero(rows.rows(), static_cast<Eigen::Index>(class_count))),
        penalty_((class_count == 2 ? 2 : 1) / inverse_penalty) {
    rows_.leftCols(rows.cols()) = rows;
    rows_.col(rows.cols()).setOnes();
    for (Eigen::Index i = 0; i < rows.rows(); ++i) targets_(i, classes[static_cast<std::size_t>(i)]) = 1;
  }

  double Evaluate(const Eigen::MatrixXd& parameters, Eigen::MatrixXd& gradient) const {
    Eigen::MatrixXd scores = rows_ * parameters;
    const Eigen::VectorXd largest = scores.rowwise().maxCoeff();
    scores.colwise() -= largest;
    double loss = -scores.cwiseProduct(targets_).sum();
    scores = scores.array().exp().matrix();
    const Eigen::VectorXd sums = scores.rowwise().sum();
    loss += sums.array().log().sum();
    scores.array().colwise() /= sums.array();
    gradient.noalias() = rows_.transpose() * (scores - targets_);
    const Eigen::Index dimension = parameters.rows() - 1;
    gradient.topRows(dimension) += penalty_ * parameters.topRows(dimension);
    return loss + 0.5 * penalty_ * parameters.topRows(dimension).squaredNorm();
  }

 private:
  Eigen::MatrixXd rows_;
  Eigen::MatrixXd targets_;
  double penalty_;
};

double Dot(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return a.cwiseProduct(b).sum();
}

struct Step {
  Eigen::MatrixXd move;
  Eigen::MatrixXd change;  // of the gradient
  double inverse_curvature;
};

// Minus the estimated inverse Hessian times the gradient (the two-loop recursion).
Eigen::MatrixXd SearchDirection(const Eigen::MatrixXd& gradient, const std::deque<Step>& steps) {
  Eigen::MatrixXd q = gradient;
  std::vector<double> alphas(steps.size());
  for (std::size_t i = steps.size(); i-- > 0;) {
    alphas[i] = steps[i].inverse_curvature * Dot(steps[i].move, q);
    q -= alphas[i] * steps[i].change;
  }
  if (!steps.empty()) {
    const Step& last = steps.back();
    q *= 1 / (last.inverse_curvature * last.change.squaredNorm());
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double beta = steps[i].inverse_curvature * Dot(steps[i].change, q);
    q += (alphas[i] - beta) * steps[i].move;
  }
  return -q;
}

}  // namespace

std::uint32_t LogisticModel::Predict(std::span<const float> row) const {
  const Eigen::Map<const Eigen::RowVectorXf> x(row.data(), static_cast<Eigen::Index>(row.size()));
  const Eigen::RowVectorXd scores = x.cast<double>() * weights + biases;
  Eigen::Index best = 0;
  scores.maxCoeff(&best);
  return static_cast<std::uint32_t>(best);
}

LogisticModel FitLogistic(const Eigen::MatrixXd& rows, std::span<const std::uint32_t> classes,
                          std::size_t class_count, const LogisticOptions& options) {
  const Loss loss(rows, classes, class_count, options.inverse_penalty);
  Eigen::MatrixXd at = Eigen::MatrixXd::Zero(rows.cols() + 1, static_cast<Eigen::Index>(class_count));
  Eigen::MatrixXd gradient(at.rows(), at.cols());
  double value = loss.Evaluate(at, gradient);
  std::deque<Step> steps;
  for (std::size_t i = 0; i < options.iterations; ++i) {
    if (gradient.cwiseAbs().maxCoeff() <= options.gradient_tolerance) break;
    Eigen::MatrixXd direction = SearchDirection(gradient, steps);
    double slope = Dot(direction, gradient);
    if (slope >= 0) {  // rounding; start over with the gradient itself
      steps.clear();
      direction = -gradient;
      slope = -gradient.squaredNorm();
    }
    // The first step has no curvature to go by.
    double length = steps.empty() ? 1 / std::max(1.0, gradient.norm()) : 1;
    Eigen::MatrixXd next;
    Eigen::MatrixXd next_gradient(at.rows(), at.cols());
    double next_value = 0;
    bool lower = false;
    // Halved until the loss falls by a share of what the slope promises (Armijo). Near the optimum the fall
    // is lost in rounding; there a smaller gradient counts.
    for (std::size_t halving = 0; halving < 40 && !lower; ++halving, length /= 2) {
      next = at + length * direction;
      next_value = loss.Evaluate(next, next_gradient);
      lower = next_value <= value + 1e-4 * length * slope ||
              (std::abs(next_value - value) <= 1e-12 * std::abs(value) &&
               next_gradient.squaredNorm() < gradient.squaredNorm());
    }
    if (!lower) break;
    Step step{next - at, next_gradient - gradient, 0};
    const double curvature = Dot(step.move, step.change);
    if (curvature > 1e-12 * step.move.norm() * step.change.norm()) {
      step.inverse_curvature = 1 / curvature;
      steps.push_back(std::move(step));
      if (steps.size() > kMemory) steps.pop_front();
    }
    at = std::move(next);
    gradient = std::move(next_gradient);
    value = next_value;
  }
  return {at.topRows(rows.cols()), at.row(rows.cols())};
}

}  // namespace lengthwise
