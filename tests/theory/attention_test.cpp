#include "theory/attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include <Eigen/SVD>

namespace lengthwise {
namespace {

constexpr double kTolerance = 1e-4;

RowMatrix Centred(const RowMatrix& x) {
  return x.rowwise() - x.colwise().mean();
}

double LargestOf(const RowMatrix& attention) {
  return LargestCentredSingularValue(attention, kTolerance).value;
}

RowMatrix Uniform(Eigen::Index n) {
  return RowMatrix::Constant(n, n, 1.0 / static_cast<double>(n));
}

class TheoryAttentionOfSomeKind : public testing::TestWithParam<std::tuple<int, int, double>> {};

TEST_P(TheoryAttentionOfSomeKind, HasTheSingularValueOfADenseDecomposition) {
  const auto [n, head_size, sigma] = GetParam();
  Random random(11);
  const RowMatrix attention = SoftmaxRows(
      DrawScores(static_cast<std::size_t>(n), static_cast<std::size_t>(head_size), random), sigma);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(Centred(attention));
  const double truth = svd.singularValues()[0];
  const SingularValue found = LargestCentredSingularValue(attention, kTolerance);
  // The stated tolerance; the error is of second order in the residual, so that far less is used.
  EXPECT_NEAR(found.value / truth, 1, kTolerance);
  EXPECT_NEAR(found.value / truth, 1, 1e-6);
  EXPECT_NEAR(found.right.norm(), 1, 1e-12);
  EXPECT_NEAR((Centred(attention) * found.right).norm() / truth, 1, 1e-6);
  EXPECT_NEAR(LargestCentredSingularValue(attention, 1e-9).value / truth, 1, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Grid, TheoryAttentionOfSomeKind,
                         testing::Combine(testing::Values(4, 33, 96), testing::Values(0, 2, 32),
                                          testing::Values(0.01, 0.5, 2.0, 8.0)));

TEST(TheoryAttention, OfKnownShapeHasTheValueDerivedByHand) {
  // Rows that are all the same are their own mean.
  EXPECT_NEAR(LargestOf(Uniform(50)), 0, 1e-12);
  RowMatrix sink = RowMatrix::Zero(20, 20);
  sink.col(3).setOnes();
  EXPECT_NEAR(LargestOf(sink), 0, 1e-12);
  // I - 11^T/n projects; a permutation turns what it leaves.
  EXPECT_NEAR(LargestOf(RowMatrix::Identity(9, 9)), 1, 1e-12);
  RowMatrix shift = RowMatrix::Zero(9, 9);
  for (Eigen::Index i = 0; i < 9; ++i) shift(i, (i + 1) % 9) = 1;
  EXPECT_NEAR(LargestOf(shift), 1, 1e-12);
  // Two blocks, each uniform inside: projects onto the blocks' means.
  RowMatrix blocks = RowMatrix::Zero(12, 12);
  blocks.topLeftCorner(6, 6) = Uniform(6);
  blocks.bottomRightCorner(6, 6) = Uniform(6);
  EXPECT_NEAR(LargestOf(blocks), 1, 1e-12);
  // Half of the rows look at one token, half at another: H A maps e_1 - e_2 (length sqrt 2) to n entries of
  // +-1.
  RowMatrix halves = RowMatrix::Zero(16, 16);
  halves.topRows(8).col(0).setOnes();
  halves.bottomRows(8).col(1).setOnes();
  EXPECT_NEAR(LargestOf(halves), std::sqrt(16.0 / 2), 1e-12);
}

TEST(TheoryAttention, SoftmaxIsThatOfTheDefinition) {
  Random random(5);
  const RowMatrix scores = DrawScores(17, 0, random);
  const RowMatrix attention = SoftmaxRows(scores, 1.7);
  for (Eigen::Index i = 0; i < 17; ++i) {
    double sum = 0;
    for (Eigen::Index j = 0; j < 17; ++j) sum += std::exp(1.7 * scores(i, j));
    for (Eigen::Index j = 0; j < 17; ++j) {
      EXPECT_NEAR(attention(i, j), std::exp(1.7 * scores(i, j)) / sum, 1e-14);
    }
  }
}

TEST(TheoryAttention, ScoresFarApartGiveRowsOfOneKeyAndNothingThatIsNotFinite) {
  RowMatrix scores = RowMatrix::Zero(4, 4);
  scores.diagonal().setConstant(1e6);
  const RowMatrix attention = SoftmaxRows(scores, 8);
  // The exponential underflows to the smallest numbers there are, or to 0.
  EXPECT_LT((attention - RowMatrix::Identity(4, 4)).cwiseAbs().maxCoeff(), 1e-300);
  const RowShape shape = ShapeOfRows(attention);
  EXPECT_NEAR(shape.entropy, 0, 1e-300);
  EXPECT_EQ(shape.largest_weight, 1);
}

TEST(TheoryAttention, ShapeOfEvenRowsIsThatOfEvenRows) {
  const RowShape shape = ShapeOfRows(Uniform(25));
  EXPECT_NEAR(shape.entropy, 1, 1e-14);
  EXPECT_NEAR(shape.largest_weight, 0.04, 1e-15);
}

TEST(TheoryAttention, ScoresHaveDeviationOneAndTheRankOfTheHead) {
  Random random(3);
  for (const std::size_t head_size : {std::size_t{0}, std::size_t{8}}) {
    const RowMatrix scores = DrawScores(400, head_size, random);
    // 160,000 entries of kurtosis 3 (independent) or 3 + 6/8 in 400 correlated rows: 5 % is beyond four
    // deviations.
    EXPECT_NEAR(scores.squaredNorm() / 160000, 1, 0.05);
    EXPECT_NEAR(scores.mean(), 0, 0.05);
    const Eigen::VectorXd values = Eigen::BDCSVD<Eigen::MatrixXd>(scores).singularValues();
    EXPECT_EQ(values[8] < 1e-10, head_size == 8) << values[8];
  }
}

TEST(TheoryAttention, StreamsDifferForEveryKeyAndRepeatForTheSame) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    for (std::uint64_t a = 0; a < 8; ++a) {
      for (std::uint64_t b = 0; b < 8; ++b) seeds.insert(StreamSeed(seed, {a, b}));
    }
  }
  EXPECT_EQ(seeds.size(), 4U * 8 * 8);
  EXPECT_EQ(StreamSeed(1, {2, 3}), StreamSeed(1, {2, 3}));
  EXPECT_NE(StreamSeed(1, {2, 3}), StreamSeed(1, {3, 2}));
}

}  // namespace
}  // namespace lengthwise
