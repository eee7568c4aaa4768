#include "collapse/collapse_index.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "collapse/resampling.h"
#include "synthetic_curve.h"

namespace lengthwise {
namespace {

using testing::CurveWithNoise;

const std::vector<std::size_t> kLengths = {16, 32, 64, 128, 256, 512};

std::vector<double> Doubling(double slope) {
  std::vector<double> values;
  for (const std::size_t length : kLengths)
    values.push_back(0.2 + slope * std::log2(static_cast<double>(length)));
  return values;
}

TEST(SlopePerDoubling, IsExactOnALineInLog2OfLength) {
  EXPECT_NEAR(SlopePerDoubling(kLengths, Doubling(0.0375)), 0.0375, 1e-15);
  EXPECT_NEAR(SlopePerDoubling(kLengths, std::vector<double>(6, 0.4)), 0, 1e-15);
  // Two lengths an octave and a half apart.
  EXPECT_NEAR(SlopePerDoubling(std::vector<std::size_t>{64, 181}, std::vector<double>{0.1, 0.25}),
              0.15 / std::log2(181.0 / 64.0), 1e-15);
}

TEST(SlopePerDoubling, IsTheLeastSquaresOneOfLengthsThatAreNotEvenlySpaced) {
  // By hand: x = 4, 5, 7; mean 16/3; x - mean = -4/3, -1/3, 5/3; sum of squares 42/9.
  // y = 1, 2, 5: sum of (x - mean) y = -4/3 - 2/3 + 25/3 = 19/3; slope 19/3 / (42/9) = 57/42.
  EXPECT_NEAR(SlopePerDoubling(std::vector<std::size_t>{16, 32, 128}, std::vector<double>{1, 2, 5}),
              57.0 / 42.0, 1e-14);
}

TEST(CollapseIndex, RisesOrFallsAsItsIntervalLies) {
  // Errors of 0.01 at every length, independent: the slope's standard error is 0.01 / sqrt(17.5) = 0.0024.
  EXPECT_EQ(MeasureCollapseIndex(CurveWithNoise(kLengths, Doubling(0.02), 0.01, 1), nullptr, 0.95)->direction,
            Direction::kRises);
  EXPECT_EQ(
      MeasureCollapseIndex(CurveWithNoise(kLengths, Doubling(-0.02), 0.01, 1), nullptr, 0.95)->direction,
      Direction::kFalls);
}

TEST(CollapseIndex, OfACurveWithoutTrendHoldsZeroAboutAsOftenAsItSays) {
  int holds = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto index =
        MeasureCollapseIndex(CurveWithNoise(kLengths, Doubling(0), 0.01, seed, 500), nullptr, 0.95);
    holds += index->direction == Direction::kNoTrend ? 1 : 0;
  }
  // 95 of 100, three binomial standard deviations are 6.5.
  EXPECT_GE(holds, 88);
  EXPECT_LT(holds, 100);
}

TEST(CollapseIndex, HasTheIntervalOfItsResamples) {
  const auto index = MeasureCollapseIndex(CurveWithNoise(kLengths, Doubling(0.02), 0.01, 1), nullptr, 0.95);
  const double standard_error = 0.01 / std::sqrt(17.5);
  // 2,000 replicates know the ends of a 95 % interval to about 5 % of its width.
  EXPECT_NEAR((*index->slope.high - *index->slope.low) / 2, 1.96 * standard_error,
              0.1 * 1.96 * standard_error);
  EXPECT_FALSE(index->static_slope);
  EXPECT_FALSE(index->excess);
}

TEST(CollapseIndex, PairsTheExcessWithTheStaticControlByResample) {
  // The same errors in both curves cancel in the excess, which is then known exactly.
  const LengthCurve curve = CurveWithNoise(kLengths, Doubling(0.02), 0.01, 5);
  const LengthCurve control = CurveWithNoise(kLengths, Doubling(0.08), 0.01, 5);
  const auto index = MeasureCollapseIndex(curve, &control, 0.95);
  EXPECT_NEAR(*index->static_slope->estimate, 0.08, 0.015);
  EXPECT_NEAR(*index->excess->estimate, -0.06, 1e-12);
  EXPECT_NEAR(*index->excess->low, -0.06, 1e-12);
  EXPECT_NEAR(*index->excess->high, -0.06, 1e-12);
}

TEST(CollapseIndex, OfTheFixedGridIsThatOfACurveThatHasNoOtherLengths) {
  const LengthCurve curve = CurveWithNoise(kLengths, Doubling(0.02), 0.01, 3);
  const LengthCurve control = CurveWithNoise(kLengths, Doubling(0.05), 0.01, 4);
  const auto alone = [](const LengthCurve& of) {
    LengthCurve grid = of;
    grid.lengths = {32, 64, 128, 256};
    grid.cosines = {of.cosines.begin() + 1, of.cosines.end() - 1};
    grid.kept_cosines = {of.kept_cosines.begin() + 1, of.kept_cosines.end() - 1};
    grid.replicates = of.replicates.middleRows(1, 4).eval();
    return grid;
  };
  const LengthCurve control_alone = alone(control);
  const LengthSlopes fixed = *MeasureCollapseIndex(curve, &control, 0.95)->fixed_grid;
  const CollapseIndex expected = *MeasureCollapseIndex(alone(curve), &control_alone, 0.95);
  EXPECT_EQ(fixed.lengths, (std::vector<std::size_t>{32, 64, 128, 256}));
  EXPECT_EQ(fixed.slope.estimate, expected.slope.estimate);
  EXPECT_EQ(fixed.slope.low, expected.slope.low);
  EXPECT_EQ(fixed.excess->high, expected.excess->high);
  EXPECT_EQ(fixed.static_slope->low, expected.static_slope->low);
  EXPECT_NE(fixed.slope.estimate, MeasureCollapseIndex(curve, nullptr, 0.95)->slope.estimate);
  EXPECT_FALSE(MeasureCollapseIndex(curve, nullptr, 0.95)->fixed_grid->excess);
}

TEST(CollapseIndex, HasNoFixedGridWhereALengthOfItIsMissing) {
  LengthCurve curve = CurveWithNoise(kLengths, Doubling(0.02), 0.01, 3);
  curve.lengths[2] = 65;
  EXPECT_FALSE(MeasureCollapseIndex(curve, nullptr, 0.95)->fixed_grid);
}

TEST(CollapseIndex, OfFewDocumentsHasNoIntervalAndNoDirection) {
  LengthCurve curve = CurveWithNoise(kLengths, Doubling(0.02), 0.01, 1);
  curve.documents = curve.kept = 9;
  const auto index = MeasureCollapseIndex(curve, nullptr, 0.95);
  EXPECT_TRUE(index->slope.estimate);
  EXPECT_FALSE(index->slope.low);
  EXPECT_EQ(index->direction, Direction::kUnknown);
}

TEST(CollapseIndex, NeedsTwoLengthsAndTwoDocuments) {
  LengthCurve curve = CurveWithNoise({16}, {0.3}, 0.01, 1);
  EXPECT_FALSE(MeasureCollapseIndex(curve, nullptr, 0.95));
  curve = CurveWithNoise(kLengths, Doubling(0.02), 0.01, 1);
  curve.documents = 1;
  EXPECT_FALSE(MeasureCollapseIndex(curve, nullptr, 0.95));
}

}  // namespace
}  // namespace lengthwise
