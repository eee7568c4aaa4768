#include "theory/laws.h"

#include <algorithm>
#include <cmath>

#include "base/fail.h"

namespace lengthwise {
namespace {

// Negated comparisons, so that NaN fails them.
void CheckSigma(double sigma_s, const char* law) {
  if (!(sigma_s >= 0 && sigma_s <= kLargestSigma)) {
    Fail(ErrorCode::kBadInput, "{}: the standard deviation of the scores must be from 0 to {}, not {}", law,
         kLargestSigma, sigma_s);
  }
}

void CheckLength(double n, const char* law) {
  if (!(n >= 2 && std::isfinite(n))) {
    Fail(ErrorCode::kBadInput, "{}: the number of tokens must be 2 or more, not {}", law, n);
  }
}

void CheckHeadSize(double head_size, const char* law) {
  if (!(head_size >= 1 && head_size <= kLargestHeadSize)) {
    Fail(ErrorCode::kBadInput, "{}: the head size must be from 1 to {}, not {}", law, kLargestHeadSize,
         head_size);
  }
}

}  // namespace

double PaperBound(double sigma_s, double n) {
  CheckSigma(sigma_s, "the source's bound");
  CheckLength(n, "the source's bound");
  // Numerator and denominator divided by n, so that no power of n leaves the range of double.
  const double growth =
      2 * std::sqrt(1 + std::exp(-2 * sigma_s * sigma_s)) * std::sqrt(n - 1) * ((n - 1) / n);
  return 1 / std::sqrt(growth + 1 / n);
}

double FlatLaw(double sigma_s, double n) {
  CheckSigma(sigma_s, "the flat law");
  CheckLength(n, "the flat law");
  return 2 * std::sqrt(std::expm1(sigma_s * sigma_s) / n);
}

double HeadSizeFloor(double sigma_s, double head_size) {
  CheckSigma(sigma_s, "the head-size floor");
  CheckHeadSize(head_size, "the head-size floor");
  return sigma_s / std::sqrt(head_size);
}

LawRange HeadSizeRange(double sigma_s, double head_size, double n) {
  const double floor = HeadSizeFloor(sigma_s, head_size);
  CheckLength(n, "the head-size floor");
  const double factor = 1 + std::sqrt(head_size / n);
  return {floor * factor, floor * factor * factor};
}

double HeadSizeLaw(double sigma_s, double head_size, double n) {
  const double floor = HeadSizeFloor(sigma_s, head_size);
  CheckLength(n, "the head-size law");
  if (sigma_s == 0) return 0;
  const double variance = sigma_s * sigma_s;
  const double noise = std::max(0.0, std::expm1(variance) - variance) / n;
  const double c = head_size / n;
  const auto edge = [&](double w) {
    const double z = floor * (1 + c * w) * std::sqrt((1 + w) / w);
    return z + noise * (1 + c * w) / z;
  };
  // The positive root of 2 c w^2 + c w = 1, written so that nothing cancels or overflows.
  const double linear_edge = 1 / (c / 2 + std::sqrt(c) * std::sqrt(c + 8) / 2);
  if (noise == 0) return edge(linear_edge);
  // One minimum: z falls as w grows, and the edge is convex in z. Without the linear part it lies at
  // z = sqrt(noise); below e^{-5} times that w the edge only falls.
  double high = std::log(linear_edge);
  double low = std::min(high, 2 * std::log(floor) - std::log(noise)) - 5;
  while (high - low > 1e-9) {
    const double third = (high - low) / 3;
    if (edge(std::exp(low + third)) < edge(std::exp(high - third))) {
      high -= third;
    } else {
      low += third;
    }
  }
  return edge(std::exp((low + high) / 2));
}

double RegimeLine(double n) {
  CheckLength(n, "the regime line");
  return std::sqrt(2 * std::log(n));
}

}  // namespace lengthwise
