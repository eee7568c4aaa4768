#include "collapse/theory_laws.h"

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
  if (!(head_size >= 1 && std::isfinite(head_size))) {
    Fail(ErrorCode::kBadInput, "{}: the head size must be 1 or more, not {}", law, head_size);
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

double RegimeLine(double n) {
  CheckLength(n, "the regime line");
  return std::sqrt(2 * std::log(n));
}

}  // namespace lengthwise
