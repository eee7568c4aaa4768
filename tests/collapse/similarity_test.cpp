#include "collapse/similarity.h"

#include <gtest/gtest.h>

#include <Eigen/SVD>

#include "synthetic_vectors.h"

namespace lengthwise {
namespace {

using testing::NoisyVectors;
using testing::PairwiseCosine;
using testing::StatsOf;
using testing::Vectors;

FloatRowMatrix RowsOf(const Vectors& vectors) {
  const std::size_t dimension = vectors[0].size();
  return KeptRows(StatsOf(vectors, dimension).buckets()[0].sample, dimension);
}

Vectors Axes(std::size_t count, std::size_t dimension) {
  Vectors vectors(count, std::vector<float>(dimension, 0));
  for (std::size_t i = 0; i < count; ++i) vectors[i][i] = 3;
  return vectors;
}

// exp(entropy) of the singular values of the unit vectors, from a dense SVD.
double RankMeBySvd(const Vectors& vectors) {
  Eigen::MatrixXd matrix(static_cast<Eigen::Index>(vectors.size()),
                         static_cast<Eigen::Index>(vectors[0].size()));
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) {
      matrix(i, j) = static_cast<double>(vectors[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)]);
    }
    matrix.row(i) /= matrix.row(i).norm();
  }
  const Eigen::VectorXd singular = Eigen::JacobiSVD<Eigen::MatrixXd>(matrix).singularValues();
  double entropy = 0;
  for (const double value : singular) {
    const double p = value / singular.sum();
    if (p > 0) entropy -= p * std::log(p);
  }
  return std::exp(entropy);
}

TEST(MeanPairwiseCosine, EqualsTheMeanOverAllPairs) {
  Random random(1);
  for (const double common : {0.0, 1.0, 10.0}) {
    const Vectors vectors = NoisyVectors(60, 24, common, random);
    // Sums in double of 60 unit vectors: rounding below 1e-13.
    EXPECT_NEAR(*MeanPairwiseCosine(StatsOf(vectors, 24).buckets()[0]), PairwiseCosine(vectors), 1e-12);
    // Kept rows are rounded to float.
    EXPECT_NEAR(*MeanPairwiseCosine(RowsOf(vectors)), PairwiseCosine(vectors), 1e-7);
  }
}

TEST(MeanPairwiseCosine, IsOneForIdenticalVectorsAndZeroForOrthogonalOnes) {
  EXPECT_NEAR(*MeanPairwiseCosine(StatsOf(Vectors(7, {1, 2, 3}), 3).buckets()[0]), 1, 1e-14);
  EXPECT_NEAR(*MeanPairwiseCosine(StatsOf(Axes(5, 8), 8).buckets()[0]), 0, 1e-15);
  EXPECT_NEAR(*MeanPairwiseCosine(StatsOf({{2, 0}, {-1, 0}}, 2).buckets()[0]), -1, 1e-15);
}

TEST(MeanPairwiseCosine, IsNotDefinedWithoutAPair) {
  EXPECT_FALSE(MeanPairwiseCosine(StatsOf({}, 3).buckets()[0]));
  EXPECT_FALSE(MeanPairwiseCosine(StatsOf({{1, 2, 3}}, 3).buckets()[0]));
}

TEST(CentredRows, HaveTheCosinesOfTheVectorsLessTheirMean) {
  Random random(2);
  const Vectors vectors = NoisyVectors(40, 10, 4, random);
  const FloatRowMatrix rows = RowsOf(vectors);
  const Eigen::VectorXd centre = rows.cast<double>().colwise().mean();
  Vectors less(static_cast<std::size_t>(rows.rows()), std::vector<float>(10));
  for (std::size_t i = 0; i < less.size(); ++i) {
    for (std::size_t j = 0; j < 10; ++j) {
      const auto r = static_cast<Eigen::Index>(i);
      const auto c = static_cast<Eigen::Index>(j);
      less[i][j] = static_cast<float>(static_cast<double>(rows(r, c)) - centre(c));
    }
  }
  // Two roundings to float of components below 1.
  EXPECT_NEAR(*MeanPairwiseCosine(CentredRows(rows, centre)), PairwiseCosine(less), 1e-6);
}

TEST(CentredRows, AreZeroWhereEveryVectorIsTheMean) {
  const FloatRowMatrix rows = RowsOf(Vectors(6, {0.3F, -1.7F, 2.2F}));
  const FloatRowMatrix centred = CentredRows(rows, rows.row(0).transpose().cast<double>());
  EXPECT_EQ(centred.cwiseAbs().maxCoeff(), 0);
  EXPECT_DOUBLE_EQ(*MeanPairwiseCosine(centred), 0);
}

TEST(EffectiveRanks, OfIdenticalVectorsIsOne) {
  const auto spectrum = MeasureEffectiveRanks(StatsOf(Vectors(9, {1, 2, 3, 4}), 4).buckets()[0]);
  EXPECT_NEAR(spectrum->rankme, 1, 1e-7);
  EXPECT_NEAR(spectrum->participation_ratio, 1, 1e-12);
}

TEST(EffectiveRanks, OfOrthogonalVectorsIsTheirNumber) {
  const auto spectrum = MeasureEffectiveRanks(StatsOf(Axes(5, 16), 16).buckets()[0]);
  EXPECT_NEAR(spectrum->rankme, 5, 1e-12);
  EXPECT_NEAR(spectrum->participation_ratio, 5, 1e-12);
}

TEST(EffectiveRanks, EqualsTheOneOfADenseSvd) {
  Random random(5);
  // More vectors than dimensions, and fewer, where most eigenvalues of the second moment are rounding.
  for (const std::size_t count : {50U, 10U}) {
    const Vectors vectors = NoisyVectors(count, 20, 3, random);
    // Square roots of eigenvalues keep 1e-8 of the largest singular value.
    EXPECT_NEAR(MeasureEffectiveRanks(StatsOf(vectors, 20).buckets()[0])->rankme, RankMeBySvd(vectors), 1e-6);
  }
}

TEST(EffectiveRanks, IsNotDefinedWithoutAVector) {
  EXPECT_FALSE(MeasureEffectiveRanks(StatsOf({}, 3).buckets()[0]));
  EXPECT_FALSE(MeasureEffectiveRanks(StatsOf({{0, 0, 0}, {0, 0, 0}}, 3).buckets()[0]));
}

TEST(Uniformity, IsTheLogarithmOfTheMeanKernelOverPairs) {
  Random random(6);
  const Vectors vectors = NoisyVectors(30, 12, 1, random);
  double sum = 0;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      sum += std::exp(-2 * (2 - 2 * testing::Cosine(vectors[i], vectors[j])));
  }
  const double expected = std::log(sum / (30.0 * 29.0 / 2.0));
  // Rows are kept in float.
  EXPECT_NEAR(*Uniformity(RowsOf(vectors), 1), expected, 1e-6);
}

TEST(Uniformity, OfManyVectorsIsEstimatedFromASampleOfPairs) {
  Random random(7);
  const FloatRowMatrix rows = RowsOf(NoisyVectors(600, 16, 1, random));
  ASSERT_GT(600U * 599U / 2U, kUniformityPairs);
  double sum = 0;
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    for (Eigen::Index j = 0; j < i; ++j) {
      sum += std::exp(-2 * (rows.row(i) - rows.row(j)).cast<double>().squaredNorm());
    }
  }
  const double all = std::log(sum / (600.0 * 599.0 / 2.0));
  // 131,072 of 179,700 pairs; the kernel's standard deviation is about its mean, so 5 standard errors are
  // about 0.015.
  EXPECT_NEAR(*Uniformity(rows, 1), all, 0.015);
  EXPECT_EQ(*Uniformity(rows, 1), *Uniformity(rows, 1));
  EXPECT_NE(*Uniformity(rows, 1), *Uniformity(rows, 2));
}

TEST(Uniformity, IsZeroForIdenticalVectorsAndUndefinedForOne) {
  EXPECT_DOUBLE_EQ(*Uniformity(RowsOf(Vectors(4, {1, 2})), 1), 0);
  EXPECT_FALSE(Uniformity(RowsOf({{1, 2}}), 1));
}

}  // namespace
}  // namespace lengthwise
