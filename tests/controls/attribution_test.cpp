#include "controls/attribution.h"

#include <gtest/gtest.h>

#include <cmath>

#include "collapse/resampling.h"
#include "collapse/synthetic_vectors.h"
#include "statistics/resampled_value.h"

namespace lengthwise {
namespace {

constexpr std::size_t kDocuments = 15;
constexpr std::size_t kDimension = 8;

FloatRowMatrix RowsOf(const testing::Vectors& vectors) {
  FloatRowMatrix rows(static_cast<Eigen::Index>(vectors.size()), kDimension);
  for (std::size_t r = 0; r < vectors.size(); ++r) {
    rows.row(static_cast<Eigen::Index>(r)) =
        Eigen::Map<const Eigen::RowVectorXf>(vectors[r].data(), kDimension);
  }
  return rows;
}

// Lengths of 12, 22, 32 and 42 tokens, trained to 25: windows of ten tokens, two special tokens.
struct Chain {
  Chain() {
    frame.passage = 10;
    frame.prefix = {1};
    frame.suffix = {2};
    frame.positions = 42;
    frame.trained_limit = 25;
    frame.multiples = {1, 2, 3, 4};
    frame.documents.assign(kDocuments, std::vector<std::int32_t>(40));
    for (std::size_t w = 0; w < 4; ++w)
      Set(ControlSequence::kWindow, w, Draw(1 + 0.3 * static_cast<double>(w)));
    for (std::size_t k = 2; k <= 4; ++k)
      Set(ControlSequence::kWhole, k, Draw(2 + 0.4 * static_cast<double>(k)));
    for (std::size_t k = 3; k <= 4; ++k) Set(ControlSequence::kInterpolated, k, Draw(1.5));
    for (std::size_t k = 1; k <= 2; ++k) Set(ControlSequence::kSqueezed, k, Draw(2.5));
  }

  testing::Vectors Draw(double common) {
    return testing::NoisyVectors(kDocuments, kDimension, common, random);
  }
  void Set(ControlSequence sequence, std::size_t count, const testing::Vectors& values) {
    plain[{sequence, count}] = values;
    vectors[{sequence, count}] = RowsOf(values);
  }
  double Cosine(ControlSequence sequence, std::size_t count) {
    return testing::PairwiseCosine(plain.at({sequence, count}));
  }
  Attribution Measure() const {
    return MeasureAttribution(frame, vectors, ResampleWeights(kDocuments, 80, 5), 0.95);
  }

  Random random{23};
  ControlFrame frame;
  ControlVectors vectors;
  std::map<ControlCondition, testing::Vectors> plain;
};

double Sum(const AttributedParts& parts) {
  return *parts.content.estimate + *parts.pooling.estimate + *parts.attention.estimate +
         *parts.positions.estimate;
}

TEST(Attribution, PartsAreDifferencesOfTheLevelsAndSumToTheRise) {
  Chain chain;
  const Attribution attribution = chain.Measure();
  EXPECT_EQ(attribution.position_range, 25U);
  ASSERT_EQ(attribution.lengths.size(), 4U);
  const double base = chain.Cosine(ControlSequence::kWindow, 0);
  for (const AttributedLength& length : attribution.lengths) {
    const std::size_t k = length.windows;
    EXPECT_EQ(length.length, 10 * k + 2);
    double windows = 0;
    testing::Vectors means(kDocuments, std::vector<float>(kDimension));
    for (std::size_t w = 0; w < k; ++w) {
      windows += chain.Cosine(ControlSequence::kWindow, w) / static_cast<double>(k);
      for (std::size_t d = 0; d < kDocuments; ++d) {
        for (std::size_t c = 0; c < kDimension; ++c) {
          means[d][c] += chain.plain.at({ControlSequence::kWindow, w})[d][c] / static_cast<float>(k);
        }
      }
    }
    const double pooled = testing::PairwiseCosine(means);
    const double whole = k == 1 ? base : chain.Cosine(ControlSequence::kWhole, k);
    const double interpolated = k >= 3 ? chain.Cosine(ControlSequence::kInterpolated, k) : whole;
    // Vectors are float.
    EXPECT_NEAR(*length.parts.content.estimate, windows - base, 1e-6);
    EXPECT_NEAR(*length.parts.pooling.estimate, pooled - windows, 1e-6);
    EXPECT_NEAR(*length.parts.attention.estimate, interpolated - pooled, 1e-6);
    EXPECT_NEAR(*length.parts.positions.estimate, whole - interpolated, 1e-6);
    EXPECT_NEAR(*length.parts.rise.estimate, whole - base, 1e-6);
    // Telescopes but for the rounding of a handful of sums of doubles.
    EXPECT_NEAR(Sum(length.parts), *length.parts.rise.estimate, 1e-15);
    EXPECT_EQ(length.interpolated, k >= 3);
  }
  EXPECT_NEAR(Sum(attribution.per_doubling), *attribution.per_doubling.rise.estimate, 1e-15);
}

TEST(Attribution, SlopesAreLeastSquaresOnTheLogarithmOfLength) {
  Chain chain;
  const Attribution attribution = chain.Measure();
  double mean_x = 0;
  double mean_y = 0;
  for (const AttributedLength& length : attribution.lengths) {
    mean_x += std::log2(static_cast<double>(length.length)) / 4;
    mean_y += *length.parts.pooling.estimate / 4;
  }
  double xy = 0;
  double xx = 0;
  for (const AttributedLength& length : attribution.lengths) {
    const double x = std::log2(static_cast<double>(length.length)) - mean_x;
    xy += x * (*length.parts.pooling.estimate - mean_y);
    xx += x * x;
  }
  EXPECT_NEAR(*attribution.per_doubling.pooling.estimate, xy / xx, 1e-12);
  EXPECT_LT(*attribution.per_doubling.pooling.low, *attribution.per_doubling.pooling.high);
}

TEST(Attribution, PositionsArePreciselyNothingWithinTheTrainedRange) {
  Chain chain;
  const Attribution attribution = chain.Measure();
  for (const std::size_t l : {0U, 1U}) {
    const Interval& positions = attribution.lengths[l].parts.positions;
    EXPECT_EQ(*positions.estimate, 0);
    EXPECT_EQ(*positions.low, 0);
    EXPECT_EQ(*positions.high, 0);
  }
  EXPECT_NE(*attribution.lengths[2].parts.positions.estimate, 0);
  ASSERT_EQ(attribution.checks.size(), 2U);
  EXPECT_EQ(attribution.checks[1].length, 22U);
  EXPECT_EQ(attribution.checks[1].range, 13U) << "22 x 25 / 42";
  EXPECT_NEAR(*attribution.checks[1].difference.estimate,
              chain.Cosine(ControlSequence::kSqueezed, 2) - chain.Cosine(ControlSequence::kWhole, 2), 1e-6);
}

TEST(Attribution, OfTextsThatSayOneThingThroughoutFindsNeitherContentNorPooling) {
  Chain chain;
  const testing::Vectors same = chain.Draw(1);
  for (std::size_t w = 0; w < 4; ++w) chain.Set(ControlSequence::kWindow, w, same);
  for (const AttributedLength& length : chain.Measure().lengths) {
    EXPECT_NEAR(*length.parts.content.estimate, 0, 1e-12);
    EXPECT_NEAR(*length.parts.pooling.estimate, 0, 1e-6);
  }
}

TEST(Attribution, OfAnUnknownTrainedLengthLeavesPositionsOut) {
  Chain chain;
  chain.frame.trained_limit = 0;
  const Attribution attribution = chain.Measure();
  EXPECT_EQ(attribution.position_range, 0U);
  EXPECT_TRUE(attribution.checks.empty());
  EXPECT_EQ(*attribution.lengths.back().parts.positions.estimate, 0);
  const std::vector<std::string> assumptions = AttributionAssumptions(attribution, chain.frame);
  EXPECT_NE(assumptions.back().find("names no trained length"), std::string::npos) << assumptions.back();
}

TEST(Attribution, PairsItsPartsByDocument) {
  // The whole text is the mean of the windows: attention is nothing, and so is every resample of it.
  Chain chain;
  chain.frame.trained_limit = 0;
  for (std::size_t k = 2; k <= 4; ++k) {
    chain.vectors[{ControlSequence::kWhole, k}] = MeanWindowRows(chain.vectors, k);
  }
  for (const AttributedLength& length : chain.Measure().lengths) {
    EXPECT_NEAR(*length.parts.attention.low, 0, 1e-7);
    EXPECT_NEAR(*length.parts.attention.high, 0, 1e-7);
    if (length.windows > 1) {
      EXPECT_GT(*length.whole_cosine.high - *length.whole_cosine.low, 0.01);
    }
  }
}

}  // namespace
}  // namespace lengthwise
