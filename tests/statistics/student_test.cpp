#include "statistics/student.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace lengthwise {
namespace {

TEST(TheoryInterval, StudentQuantilesAreThoseOfPrintedTables) {
  EXPECT_NEAR(StudentQuantile(0.975, 1), 12.7062047364, 1e-8);
  EXPECT_NEAR(StudentQuantile(0.975, 2), 4.3026527297, 1e-9);
  EXPECT_NEAR(StudentQuantile(0.975, 5), 2.5705818356, 1e-9);
  EXPECT_NEAR(StudentQuantile(0.95, 10), 1.8124611228, 1e-9);
  EXPECT_NEAR(StudentQuantile(0.995, 15), 2.9467128835, 1e-9);
  // Tends to the normal quantile.
  EXPECT_NEAR(StudentQuantile(0.975, 100000), 1.9599877, 1e-6);
  EXPECT_NEAR(StudentQuantile(0.5, 7), 0, 1e-12);
}

TEST(TheoryInterval, OfAMeanIsWorkedOutByHand) {
  // Mean 2.5, s^2 = 5/3, standard error sqrt(5/12), t(3) = 3.18244630528.
  const Interval interval = MeanInterval(std::vector<double>{1, 2, 3, 4}, 0.95);
  EXPECT_DOUBLE_EQ(*interval.estimate, 2.5);
  EXPECT_NEAR(*interval.high - 2.5, 3.18244630528 * std::sqrt(5.0 / 12), 1e-9);
  EXPECT_NEAR(2.5 - *interval.low, *interval.high - 2.5, 1e-12);
}

TEST(TheoryInterval, OfAMeanCoversTheTruthAsOftenAsItSays) {
  Random random(7);
  int covered = 0;
  constexpr int kTrials = 2000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> draws(5);
    for (double& draw : draws) draw = 3 + random.Normal();
    const Interval interval = MeanInterval(draws, 0.9);
    if (*interval.low <= 3 && 3 <= *interval.high) ++covered;
  }
  // Binomial with p = 0.9: standard deviation 0.0067, four of them.
  EXPECT_NEAR(covered / static_cast<double>(kTrials), 0.9, 0.027);
}

TEST(TheoryInterval, SlopeIsPerDoublingOfTheLength) {
  const std::vector<std::size_t> lengths = {16, 32, 128};
  EXPECT_NEAR(SlopeOnLog2(lengths, std::vector<double>{1, 3, 7}), 2, 1e-12);
  // Least squares of (0, 0, 3) on (4, 5, 7): centred x (-4/3, -1/3, 5/3), slope 5 / (14/3).
  EXPECT_NEAR(SlopeOnLog2(lengths, std::vector<double>{0, 0, 3}), 15.0 / 14, 1e-12);
}

TEST(TheoryInterval, ExponentOfAPowerLawIsFoundWithTheErrorItsMeansAllow) {
  const std::vector<std::size_t> lengths = {16, 64};
  std::vector<Interval> means;
  for (const std::size_t n : lengths) {
    const double value = 5 / std::sqrt(static_cast<double>(n));
    means.push_back({value, value * 0.98, value * 1.02});
  }
  const Interval exponent = PowerLawExponent(lengths, means);
  EXPECT_NEAR(*exponent.estimate, -0.5, 1e-12);
  // Two points two doublings apart: the slope's error is sqrt(2) 0.02 / (2 ln 2).
  EXPECT_NEAR(*exponent.high + 0.5, std::sqrt(2) * 0.02 / (2 * std::log(2)), 1e-12);
}

}  // namespace
}  // namespace lengthwise
