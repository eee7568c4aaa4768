#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace lengthwise {
namespace {

// The sequence that implementations of SplitMix64 publish for this seed.
TEST(RandomTest, DrawsThePublishedSequence) {
  Random random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317U);
  EXPECT_EQ(random.Next(), 3203168211198807973U);
  EXPECT_EQ(random.Next(), 9817491932198370423U);
  EXPECT_EQ(random.Next(), 4593380528125082431U);
  EXPECT_EQ(random.Next(), 16408922859458223821U);
}

TEST(RandomTest, UniformKeepsTo53BitsBelowOne) {
  Random random(5);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const double value = random.Uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    ASSERT_EQ(value, std::ldexp(std::floor(std::ldexp(value, 53)), -53));
    sum += value;
  }
  // Four standard errors of the mean: 4 sqrt(1/12/100000).
  EXPECT_NEAR(sum / 100000, 0.5, 0.0037);
}

TEST(RandomTest, BelowReachesEveryValueEquallyOften) {
  Random random(6);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts[random.Below(7)];
  // Five standard deviations of a count: 5 sqrt(70000 * 1/7 * 6/7).
  for (const int count : counts) EXPECT_NEAR(count, 10000, 463);
  EXPECT_EQ(random.Below(1), 0U);
}

TEST(RandomTest, NormalHasTheMomentsOfAStandardNormal) {
  Random random(7);
  constexpr int kDraws = 200000;
  double mean = 0;
  double square = 0;
  double fourth = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.Normal();
    mean += x / kDraws;
    square += x * x / kDraws;
    fourth += x * x * x * x / kDraws;
  }
  // Four standard errors each: variances 1, 2 and 96 over the number of draws.
  EXPECT_NEAR(mean, 0, 4 * std::sqrt(1.0 / kDraws));
  EXPECT_NEAR(square, 1, 4 * std::sqrt(2.0 / kDraws));
  EXPECT_NEAR(fourth, 3, 4 * std::sqrt(96.0 / kDraws));
}

}  // namespace
}  // namespace lengthwise
