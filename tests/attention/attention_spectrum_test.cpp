#include "attention/attention_spectrum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "attention/attention_matrix.h"
#include "every_target.h"
#include "lengthwise/error.h"

namespace lengthwise {
namespace {

AttentionSpectrum SpectrumOf(const TestHead& head, const SpectrumOptions& options = {}) {
  const AttentionSpectrum spectrum = ComputeSpectrum(MakeCentredAttention(head.Input(), 5), options);
  EXPECT_TRUE(spectrum.converged) << head.tokens;
  return spectrum;
}

// Relative 1e-4, the tolerance asked for; 1e-6 absolute for what float32 leaves where the truth is zero.
constexpr double kRelative = 1e-4;
constexpr double kAbsolute = 1e-6;

void ExpectDense(const TestHead& head) {
  const Eigen::MatrixXd weights = head.Weights();
  const double hc = LargestSingularValue(Centred(weights));
  const double centred = LargestSingularValue(weights.array() - 1.0 / static_cast<double>(head.tokens));
  ForEveryTarget([&] {
    const AttentionSpectrum spectrum = SpectrumOf(head);
    EXPECT_NEAR(spectrum.sigma_hc, hc, kRelative * hc + kAbsolute) << head.tokens;
    EXPECT_NEAR(spectrum.sigma_centred, centred, kRelative * centred + kAbsolute) << head.tokens;
  });
}

TEST(AttentionSpectrum, EqualsADenseSvdFromFlatToSharpAtEveryLength) {
  for (const std::size_t n : {2, 3, 8, 9, 33, 128, 300}) {
    for (const double sigma_s : {0.1, 0.5, 1.0, 2.0, 4.0, 20.0}) {
      ExpectDense(TestHead::Gaussian(n, 32, sigma_s, n));
    }
  }
}

TEST(AttentionSpectrum, EqualsADenseSvdWithTemperatureAndPositionBias) {
  for (const float temperature : {0.5F, 2.0F}) {
    TestHead head = TestHead::Gaussian(150, 64, 1.0, 2);
    head.temperature = temperature;
    ExpectDense(head);
    // A bias that falls with distance, as a local head has it.
    for (int j = -149; j <= 149; ++j) head.bias.push_back(-0.2F * static_cast<float>(std::abs(j)));
    ExpectDense(head);
    head.bias_scale = 1 / temperature;
    ExpectDense(head);
  }
}

TEST(AttentionSpectrum, IsUnmovedByAConstantOnEveryScore) {
  // The softmax forgets it. Where all scores are about -89, a key that only fills the last panel of keys
  // would get a weight of about 2^128, beyond float32, if it were not masked.
  for (const float constant : {-89.4F, 89.4F}) {
    for (const std::size_t n : {5, 37, 100}) {
      TestHead head = TestHead::Gaussian(n, 16, 0.2, 6);
      for (std::size_t i = 0; i < n; ++i) {
        head.q[i * 16] = 4.0F;  // 4 * constant / sqrt(16)
        head.k[i * 16] = constant;
      }
      ExpectDense(head);
    }
  }
}

TEST(AttentionSpectrum, MeetsTheLeastTolerance) {
  for (const double sigma_s : {0.3, 1.0, 3.0}) {
    const TestHead head = TestHead::Gaussian(257, 32, sigma_s, 8);
    SpectrumOptions options;
    options.tolerance = kLeastSpectrumTolerance;
    const double expected = LargestSingularValue(Centred(head.Weights()));
    EXPECT_NEAR(SpectrumOf(head, options).sigma_hc, expected, kLeastSpectrumTolerance * expected);
  }
}

// Values derived by hand. Sharp scores of 200 leave weights of e^-200 elsewhere.

TEST(AttentionSpectrum, UniformAttentionHasNone) {
  // A = 11^T/n: both matrices are zero.
  const AttentionSpectrum spectrum = SpectrumOf(TestHead(90, 4));
  EXPECT_NEAR(spectrum.sigma_hc, 0.0, kAbsolute);
  EXPECT_NEAR(spectrum.sigma_centred, 0.0, kAbsolute);
}

TEST(AttentionSpectrum, IdentityAndPermutationsHaveOne) {
  // A P = P A^T = 1 on the space orthogonal to 1; 11^T/n takes away 1 itself. All n - 1 values are equal.
  std::vector<std::size_t> target(70);
  std::iota(target.begin(), target.end(), 0);
  for (const std::size_t step : {1, 9}) {  // 9 and 70 have no common divisor
    for (std::size_t i = 0; i < 70; ++i) target[i] = step == 1 ? i : i * step % 70;
    const AttentionSpectrum spectrum = SpectrumOf(TestHead::Pointing(target, 200.0));
    EXPECT_NEAR(spectrum.sigma_hc, 1.0, kRelative);
    EXPECT_NEAR(spectrum.sigma_centred, 1.0, kRelative);
  }
}

TEST(AttentionSpectrum, ASinkIsErasedByCentringRowsAndKeptByTakingTheUniform) {
  // A = 1 e0^T: every row is the mean row, so HA = 0. A - 11^T/n = 1 (e0 - 1/n)^T is of rank one: its value
  // is sqrt(n) ||e0 - 1/n|| = sqrt(n) sqrt(1 - 1/n) = sqrt(n - 1).
  for (const std::size_t n : {2, 50, 333}) {
    const AttentionSpectrum spectrum = SpectrumOf(TestHead::Pointing(std::vector<std::size_t>(n, 0), 200.0));
    EXPECT_NEAR(spectrum.sigma_hc, 0.0, kAbsolute);
    const double expected = std::sqrt(static_cast<double>(n - 1));
    EXPECT_NEAR(spectrum.sigma_centred, expected, kRelative * expected);
  }
}

TEST(AttentionSpectrum, BlockLocalAttentionHasOne) {
  // b blocks of m tokens that attend uniformly inside: A projects onto the b indicators of the blocks, and
  // 11^T/n onto their sum, so b - 1 values are 1. With one block nothing is left.
  const std::size_t m = 13;
  for (const std::size_t b : {1, 2, 6}) {
    TestHead head(b * m, b);
    for (std::size_t i = 0; i < b * m; ++i) {
      head.q[i * b + i / m] = static_cast<float>(200 * std::sqrt(static_cast<double>(b)));
      head.k[i * b + i / m] = 1.0F;
    }
    const AttentionSpectrum spectrum = SpectrumOf(head);
    const double expected = b == 1 ? 0.0 : 1.0;
    EXPECT_NEAR(spectrum.sigma_hc, expected, kRelative);
    EXPECT_NEAR(spectrum.sigma_centred, expected, kRelative);
  }
}

TEST(AttentionSpectrum, TwoSinksHaveTheRootOfHalfTheLength) {
  // Half of the queries attend to key 0, half to key 1: A = 1_S e0^T + 1_T e1^T, HA = (1_S - 1/2) (e0 -
  // e1)^T: sqrt(n)/2 sqrt(2) = sqrt(n/2).
  std::vector<std::size_t> target(64, 0);
  std::fill(target.begin() + 32, target.end(), 1);
  const AttentionSpectrum spectrum = SpectrumOf(TestHead::Pointing(target, 200.0));
  EXPECT_NEAR(spectrum.sigma_hc, std::sqrt(32.0), kRelative * std::sqrt(32.0));
}

TEST(AttentionSpectrum, OfOneTokenIsZero) {
  const AttentionSpectrum spectrum = SpectrumOf(TestHead::Gaussian(1, 16, 1.0, 1));
  EXPECT_EQ(spectrum.sigma_hc, 0.0);
  EXPECT_EQ(spectrum.sigma_centred, 0.0);
}

// The solver alone, on matrices that attention seldom gives.

struct Diagonal {
  std::vector<double> eigenvalues;
  GramFunction Gram() const {
    return [this](std::span<const double> x, std::span<double> y) {
      for (std::size_t i = 0; i < x.size(); ++i) y[i] = eigenvalues[i % eigenvalues.size()] * x[i];
    };
  }
};

TEST(AttentionSpectrum, IsRightWhereTheLargestValuesNearlyCoincide) {
  // A power iteration that stops when its estimate stagnates would take 1 - 1e-3 or less for the largest.
  for (const double gap : {0.0, 1e-6, 1e-4, 1e-3, 1e-2}) {
    Diagonal matrix;
    for (std::size_t i = 0; i < 400; ++i)
      matrix.eigenvalues.push_back(1.0 - 0.5 * static_cast<double>(i) / 400);
    for (std::size_t i = 0; i < 40; ++i) {
      matrix.eigenvalues[100 + i] = 1.5 * (1 - gap * static_cast<double>(i));
    }
    const std::vector<double> g(400, 0.0);
    const AttentionSpectrum spectrum = ComputeSpectrum(g, matrix.Gram(), {});
    EXPECT_TRUE(spectrum.converged);
    EXPECT_NEAR(spectrum.sigma_hc, std::sqrt(1.5), kRelative * std::sqrt(1.5)) << gap;
    EXPECT_EQ(spectrum.sigma_hc, spectrum.sigma_centred);
  }
}

TEST(AttentionSpectrum, FindsADirectionThatOneTokenHolds) {
  Diagonal matrix;
  matrix.eigenvalues.assign(500, 1.0);
  matrix.eigenvalues[321] = 1.01;
  const AttentionSpectrum spectrum = ComputeSpectrum(std::vector<double>(500, 0.0), matrix.Gram(), {});
  EXPECT_NEAR(spectrum.sigma_hc, std::sqrt(1.01), kRelative);
}

TEST(AttentionSpectrum, AddsTheShiftAsAnEigenvalueOfItsOwn) {
  // G = 0: G + n g g^T has n ||g||^2.
  Diagonal matrix;
  matrix.eigenvalues.assign(30, 0.0);
  std::vector<double> g(30, 0.0);
  g[3] = 0.3;
  g[4] = 0.4;
  const AttentionSpectrum spectrum = ComputeSpectrum(g, matrix.Gram(), {});
  EXPECT_TRUE(spectrum.converged);
  EXPECT_EQ(spectrum.sigma_hc, 0.0);
  EXPECT_NEAR(spectrum.sigma_centred, 0.5 * std::sqrt(30.0), 1e-12);
}

TEST(AttentionSpectrum, RefusesProductsThatAreNotFinite) {
  Diagonal matrix;
  matrix.eigenvalues = {1.0, std::numeric_limits<double>::quiet_NaN(), 1.0};
  EXPECT_THROW(ComputeSpectrum(std::vector<double>(3, 0.0), matrix.Gram(), {}), Error);
}

TEST(AttentionSpectrum, SaysWhenTheIterationsWereTooFew) {
  const TestHead head = TestHead::Gaussian(300, 32, 0.3, 4);
  SpectrumOptions options;
  options.maximum_iterations = 2;
  const AttentionSpectrum spectrum = ComputeSpectrum(MakeCentredAttention(head.Input(), 5), options);
  EXPECT_FALSE(spectrum.converged);
  EXPECT_EQ(spectrum.iterations, 2U);
  const double expected = LargestSingularValue(Centred(head.Weights()));
  EXPECT_LE(spectrum.sigma_hc, expected * (1 + 1e-6));  // a lower bound, up to float32
  EXPECT_GE(spectrum.sigma_hc, 0.5 * expected);
}

}  // namespace
}  // namespace lengthwise
