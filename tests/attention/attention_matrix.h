// Heads for tests, and their attention matrices computed plainly in double precision.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <Eigen/Dense>

#include "base/random.h"
#include "encoder/attention.h"

namespace lengthwise {

struct TestHead {
  std::size_t tokens, head_size;
  std::vector<float> q, k;
  std::vector<float> bias;  // of distances -(tokens - 1) .. tokens - 1; empty: none
  float temperature = 1.0F;
  float bias_scale = 1.0F;

  TestHead(std::size_t n, std::size_t d) : tokens(n), head_size(d), q(n * d), k(n * d) {}

  // Gaussian queries and keys whose scores have a standard deviation of about sigma_s.
  static TestHead Gaussian(std::size_t n, std::size_t d, double sigma_s, std::uint64_t seed) {
    TestHead head(n, d);
    Random random(seed);
    for (auto* values : {&head.q, &head.k}) {
      for (float& value : *values) value = static_cast<float>(std::sqrt(sigma_s) * random.Normal());
    }
    return head;
  }

  // Query i asks for key target[i] alone: one-hot vectors, scores of `sharpness` and 0. Head size n.
  static TestHead Pointing(const std::vector<std::size_t>& target, double sharpness) {
    const std::size_t n = target.size();
    TestHead head(n, n);
    for (std::size_t i = 0; i < n; ++i) {
      head.q[i * n + target[i]] = static_cast<float>(sharpness * std::sqrt(static_cast<double>(n)));
      head.k[i * n + i] = 1.0F;
    }
    return head;
  }

  AttentionInput Input() const {
    AttentionInput input;
    input.q = q.data();
    input.k = k.data();
    input.stride = head_size;
    input.tokens = tokens;
    input.head_size = head_size;
    input.temperature = temperature;
    input.bias = bias.empty() ? nullptr : bias.data() + (tokens - 1);
    input.bias_scale = bias_scale;
    return input;
  }

  Eigen::MatrixXd Scores() const {
    const auto n = static_cast<Eigen::Index>(tokens);
    Eigen::MatrixXd scores(n, n);
    for (std::size_t i = 0; i < tokens; ++i) {
      for (std::size_t j = 0; j < tokens; ++j) {
        double product = 0;
        for (std::size_t c = 0; c < head_size; ++c) {
          product += double{q[i * head_size + c]} * k[j * head_size + c];
        }
        double score = product / (double{temperature} * std::sqrt(static_cast<double>(head_size)));
        if (!bias.empty()) score += double{bias[tokens - 1 + j - i]} * bias_scale;
        scores(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = score;
      }
    }
    return scores;
  }

  Eigen::MatrixXd Weights() const {
    Eigen::MatrixXd weights = Scores();
    for (Eigen::Index i = 0; i < weights.rows(); ++i) {
      weights.row(i) = (weights.row(i).array() - weights.row(i).maxCoeff()).exp();
      weights.row(i) /= weights.row(i).sum();
    }
    return weights;
  }
};

// (I - 11^T/n) A
inline Eigen::MatrixXd Centred(const Eigen::MatrixXd& weights) {
  return weights.rowwise() - weights.colwise().mean();
}

inline double LargestSingularValue(const Eigen::MatrixXd& matrix) {
  return Eigen::BDCSVD<Eigen::MatrixXd>(matrix).singularValues()[0];
}

}  // namespace lengthwise
