#include "collapse/theory_laws.h"

#include <gtest/gtest.h>

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
    }
    EXPECT_TRUE(std::isfinite(HeadSizeFloor(sigma_s, most)));
    EXPECT_TRUE(std::isfinite(HeadSizeRange(sigma_s, most, 2).high));
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
      [] { return HeadSizeRange(1, 64, 1).low; },
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
