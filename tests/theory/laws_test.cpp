#include "theory/laws.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "lengthwise/error.h"

namespace lengthwise {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Values to 12 digits from a 50-digit evaluation of the formulas as printed.
TEST(TheoryLaws, PaperBoundIsTheFormulaAsPrinted) {
  EXPECT_NEAR(PaperBound(0.5, 32), 0.270128707550, 1e-12);
  EXPECT_NEAR(PaperBound(1, 128), 0.204825950112, 1e-12);
  EXPECT_NEAR(PaperBound(3, 512), 0.148865790132, 1e-12);
}

TEST(TheoryLaws, PaperBoundOfTwoTokensWithoutScoresIsWorkedOutByHand) {
  // n = 2, sigma_s = 0: sqrt(2 / (2 sqrt(2) + 1)).
  EXPECT_NEAR(PaperBound(0, 2), std::sqrt(2 / (2 * std::sqrt(2.0) + 1)), 1e-15);
}

TEST(TheoryLaws, PaperBoundMovesWithTheScoresByAtMostTheFourthRootOfTwo) {
  for (const double n : {2.0, 16.0, 1024.0, 1e6}) {
    const double span = PaperBound(kLargestSigma, n) / PaperBound(0, n);
    EXPECT_LE(span, std::pow(2, 0.25));
    EXPECT_GT(span, 1.09);
  }
  EXPECT_NEAR(PaperBound(kLargestSigma, 1e12) / PaperBound(0, 1e12), std::pow(2, 0.25), 1e-6);
}

TEST(TheoryLaws, FlatLawIsWorkedOutByHand) {
  // e^{ln 2} - 1 = 1, so that 2 sqrt(1 / 100) remains.
  EXPECT_NEAR(FlatLaw(std::sqrt(std::log(2)), 100), 0.2, 1e-15);
  EXPECT_EQ(FlatLaw(0, 100), 0);
  // Where e^{sigma_s^2} - 1 would lose every digit it is sigma_s^2.
  EXPECT_NEAR(FlatLaw(1e-9, 4) / 1e-9, 1, 1e-15);
}

TEST(TheoryLaws, HeadSizeFloorAndItsRangeAreWorkedOutByHand) {
  EXPECT_EQ(HeadSizeFloor(2, 64), 0.25);
  const LawRange range = HeadSizeRange(2, 64, 256);  // factor 1 + 1/2
  EXPECT_EQ(range.low, 0.375);
  EXPECT_EQ(range.high, 0.5625);
}

TEST(TheoryLaws, HeadSizeLawWithoutNoiseIsTheEdgeOfAProductWorkedOutByHand) {
  // d = n: c = 1, 2 w^2 + w = 1 gives w = 1/2, (1 + w)^3 / w = 27/4. Scores this small leave no noise.
  EXPECT_NEAR(HeadSizeLaw(1e-6, 64, 64) / (1e-6 / 8), std::sqrt(27.0 / 4), 1e-9);
}

TEST(TheoryLaws, HeadSizeLawTendsToTheFlatLawForWideHeadsAndToTheFloorForLongTexts) {
  for (const double sigma_s : {0.25, 1.0, 3.0}) {
    EXPECT_NEAR(HeadSizeLaw(sigma_s, 1e12, 256) / FlatLaw(sigma_s, 256), 1, 1e-5) << sigma_s;
    EXPECT_NEAR(HeadSizeLaw(sigma_s, 64, 1e12) / HeadSizeFloor(sigma_s, 64), 1, 1e-4) << sigma_s;
  }
}

TEST(TheoryLaws, HeadSizeLawIsTheLeastValueOfItsFormulaOnAFineGrid) {
  const double sigma_s = 1.5, d = 32, n = 256, c = d / n;
  const double v = (std::exp(sigma_s * sigma_s) - 1 - sigma_s * sigma_s) / n;
  double least = kInfinity;
  const double end = (-c + std::sqrt(c * c + 8 * c)) / (4 * c);
  for (double w = end; w > 1e-6; w *= 0.9999) {
    const double z = sigma_s / std::sqrt(d) * std::sqrt((1 + w) * (1 + c * w) * (1 + c * w) / w);
    least = std::min(least, z + v * (1 + c * w) / z);
  }
  EXPECT_NEAR(HeadSizeLaw(sigma_s, d, n), least, 1e-7);
}

TEST(TheoryLaws, RegimeLineIsTheRootOfTwiceTheLogarithm) {
  EXPECT_NEAR(RegimeLine(std::exp(8)), 4, 1e-15);
}

TEST(TheoryLaws, StayFiniteAtTheEndsOfTheirDomains) {
  const double most = std::numeric_limits<double>::max();
  for (const double sigma_s : {0.0, 1e-300, kLargestSigma}) {
    for (const double n : {2.0, 1e6, most}) {
      EXPECT_TRUE(std::isfinite(PaperBound(sigma_s, n)));
      EXPECT_TRUE(std::isfinite(FlatLaw(sigma_s, n)));
      EXPECT_TRUE(std::isfinite(HeadSizeRange(sigma_s, 1, n).high));
      EXPECT_TRUE(std::isfinite(RegimeLine(n)));
      EXPECT_TRUE(std::isfinite(HeadSizeLaw(sigma_s, 64, n)));
      EXPECT_TRUE(std::isfinite(HeadSizeLaw(sigma_s, kLargestHeadSize, n)));
    }
    EXPECT_TRUE(std::isfinite(HeadSizeFloor(sigma_s, kLargestHeadSize)));
    EXPECT_TRUE(std::isfinite(HeadSizeRange(sigma_s, kLargestHeadSize, 2).high));
  }
}

TEST(TheoryLaws, RefuseWhatLiesOutsideTheirDomains) {
  const std::vector<std::function<double()>> outside = {
      [] { return PaperBound(-0.1, 16); },
      [] { return PaperBound(kNaN, 16); },
      [] { return PaperBound(27, 16); },
      [] { return PaperBound(1, 1); },
      [] { return PaperBound(1, kNaN); },
      [] { return PaperBound(1, kInfinity); },
      [] { return FlatLaw(-1, 16); },
      [] { return FlatLaw(kInfinity, 16); },
      [] { return FlatLaw(1, 0); },
      [] { return HeadSizeFloor(1, 0); },
      [] { return HeadSizeFloor(kNaN, 64); },
      [] { return HeadSizeFloor(1, kInfinity); },
      [] { return HeadSizeRange(1, 64, 1).low; },
      [] { return HeadSizeLaw(1, 0.5, 16); },
      [] { return HeadSizeLaw(1, 64, 1); },
      [] { return HeadSizeLaw(-1, 64, 16); },
      [] { return RegimeLine(1); },
      [] { return RegimeLine(-kInfinity); },
  };
  for (std::size_t i = 0; i < outside.size(); ++i) {
    try {
      const double value = outside[i]();
      ADD_FAILURE() << "case " << i << " gave " << value;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput) << "case " << i;
    }
  }
}

}  // namespace
}  // namespace lengthwise
