#include "statistics/student.h"

#include <cmath>
#include <numbers>
#include <vector>

namespace lengthwise {
namespace {

// P(|T| <= t) by the finite series for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4).
double StudentCentral(double t, std::size_t degrees) {
  const double angle = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double cosine = std::cos(angle);
  const bool odd = degrees % 2 == 1;
  if (degrees == 1) return 2 * angle / std::numbers::pi;
  double term = odd ? cosine : 1;
  double sum = term;
  for (std::size_t k = odd ? 3 : 2; k + 1 < degrees; k += 2) {
    term *= static_cast<double>(k - 1) / static_cast<double>(k) * cosine * cosine;
    sum += term;
  }
  return odd ? 2 / std::numbers::pi * (angle + std::sin(angle) * sum) : std::sin(angle) * sum;
}

// Weights c with slope = sum c y for the regression on log2 of the lengths.
std::vector<double> SlopeWeights(std::span<const std::size_t> lengths) {
  std::vector<double> weights(lengths.size());
  double mean = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    weights[i] = std::log2(static_cast<double>(lengths[i]));
    mean += weights[i] / static_cast<double>(lengths.size());
  }
  double squares = 0;
  for (double& weight : weights) {
    weight -= mean;
    squares += weight * weight;
  }
  for (double& weight : weights) weight /= squares;
  return weights;
}

}  // namespace

double StudentQuantile(double p, std::size_t degrees) {
  const double central = 2 * p - 1;
  double low = 0;
  double high = 1;
  while (StudentCentral(high, degrees) < central) high *= 2;
  while (high - low > 1e-10 * high) {
    const double middle = (low + high) / 2;
    (StudentCentral(middle, degrees) < central ? low : high) = middle;
  }
  return (low + high) / 2;
}

Interval MeanInterval(std::span<const double> draws, double confidence) {
  const auto count = static_cast<double>(draws.size());
  double mean = 0;
  for (const double draw : draws) mean += draw / count;
  double squares = 0;
  for (const double draw : draws) squares += (draw - mean) * (draw - mean);
  const double half =
      StudentQuantile((1 + confidence) / 2, draws.size() - 1) * std::sqrt(squares / (count - 1) / count);
  return {mean, mean - half, mean + half};
}

double SlopeOnLog2(std::span<const std::size_t> lengths, std::span<const double> y) {
  const std::vector<double> weights = SlopeWeights(lengths);
  double slope = 0;
  for (std::size_t i = 0; i < y.size(); ++i) slope += weights[i] * y[i];
  return slope;
}

Interval PowerLawExponent(std::span<const std::size_t> lengths, std::span<const Interval> means) {
  const std::vector<double> weights = SlopeWeights(lengths);
  double exponent = 0;
  double squares = 0;
  for (std::size_t i = 0; i < means.size(); ++i) {
    exponent += weights[i] * std::log2(*means[i].estimate);
    const double relative = (*means[i].high - *means[i].estimate) / *means[i].estimate;
    squares += weights[i] * weights[i] * relative * relative;
  }
  const double half = std::sqrt(squares) / std::numbers::ln2;
  return {exponent, exponent - half, exponent + half};
}

}  // namespace lengthwise
