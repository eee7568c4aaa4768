#include "collapse/resampling.h"

#include <gtest/gtest.h>

#include <numeric>

#include "statistics/interval.h"
#include "statistics/resampled_value.h"
#include "synthetic_vectors.h"

namespace lengthwise {
namespace {

using testing::NoisyVectors;
using testing::StatsOf;
using testing::Vectors;

FloatRowMatrix RowsOf(const Vectors& vectors) {
  const std::size_t dimension = vectors[0].size();
  return KeptRows(StatsOf(vectors, dimension).buckets()[0].sample, dimension);
}

double RowCosine(const FloatRowMatrix& rows, Eigen::Index i, Eigen::Index j) {
  return rows.row(i).cast<double>().dot(rows.row(j).cast<double>());
}

TEST(SortedQuantile, InterpolatesBetweenOrderStatistics) {
  const std::vector<double> sorted = {1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(SortedQuantile(sorted, 0), 1);
  EXPECT_DOUBLE_EQ(SortedQuantile(sorted, 1), 8);
  EXPECT_DOUBLE_EQ(SortedQuantile(sorted, 0.5), 3);
  EXPECT_DOUBLE_EQ(SortedQuantile(sorted, 0.75), 5);
  EXPECT_DOUBLE_EQ(SortedQuantile(std::vector<double>{7}, 0.3), 7);
}

TEST(PercentileInterval, IsAbsentForFewDocumentsOrNoReplicates) {
  const std::vector<double> replicates(100, 0.5);
  EXPECT_FALSE(PercentileInterval(0.5, 0.5, replicates, 0.95, 9, 9).low);
  EXPECT_TRUE(PercentileInterval(0.5, 0.5, replicates, 0.95, 10, 10).low);
  EXPECT_FALSE(PercentileInterval(0.5, 0.5, {}, 0.95, 100, 100).low);
  EXPECT_DOUBLE_EQ(*PercentileInterval(0.5, 0.5, {}, 0.95, 100, 100).estimate, 0.5);
}

TEST(PercentileInterval, NarrowsByTheRootOfTheShareOfDocumentsKept) {
  std::vector<double> replicates;
  for (int i = -100; i <= 100; ++i) replicates.push_back(0.4 + i * 0.001);
  const Interval interval = PercentileInterval(0.5, 0.4, replicates, 0.9, 25, 100);
  // The middle 90 % reach 0.09 to either side of the kept documents' value; of four times the documents, half
  // of that.
  EXPECT_NEAR(*interval.low, 0.5 - 0.045, 1e-12);
  EXPECT_NEAR(*interval.high, 0.5 + 0.045, 1e-12);
}

TEST(ResampleWeights, DrawAsManyDocumentsAsThereAreEachResample) {
  const Eigen::MatrixXd weights = ResampleWeights(30, 500, 1);
  EXPECT_EQ(weights.colwise().sum().minCoeff(), 30);
  EXPECT_EQ(weights.colwise().sum().maxCoeff(), 30);
  // Each document is drawn 500 times, +- 5 sqrt(500).
  EXPECT_GT(weights.rowwise().sum().minCoeff(), 500 - 112);
  EXPECT_LT(weights.rowwise().sum().maxCoeff(), 500 + 112);
  EXPECT_EQ(weights, ResampleWeights(30, 500, 1));
  EXPECT_NE(weights, ResampleWeights(30, 500, 2));
}

TEST(ResampleWeights, NeverDrawOneDocumentOnly) {
  // Of two documents half of the resamples would.
  const Eigen::MatrixXd weights = ResampleWeights(2, 200, 1);
  EXPECT_EQ(weights.maxCoeff(), 1);
}

TEST(ResampledCosines, EqualTheMeanOverPairsOfDifferentDocuments) {
  Random random(4);
  const FloatRowMatrix rows = RowsOf(NoisyVectors(15, 6, 1, random));
  const Eigen::MatrixXd weights = ResampleWeights(15, 20, 9);
  const std::vector<double> cosines = ResampledCosines(rows, weights);
  for (Eigen::Index r = 0; r < 20; ++r) {
    double sum = 0;
    double pairs = 0;
    for (Eigen::Index i = 0; i < 15; ++i) {
      for (Eigen::Index j = 0; j < 15; ++j) {
        if (i == j) continue;
        sum += weights(i, r) * weights(j, r) * RowCosine(rows, i, j);
        pairs += weights(i, r) * weights(j, r);
      }
    }
    EXPECT_NEAR(cosines[static_cast<std::size_t>(r)], sum / pairs, 1e-12);
  }
}

TEST(BootstrapInterval, HoldsTheTruthAboutAsOftenAsItSays) {
  // The truth: mean cosine over independent pairs, known to 0.35 / sqrt(400000) = 0.0006.
  Random random(20);
  double truth = 0;
  constexpr int kPairs = 400000;
  for (int pair = 0; pair < kPairs; ++pair) {
    const Vectors two = NoisyVectors(2, 8, 2, random);
    truth += testing::Cosine(two[0], two[1]) / kPairs;
  }
  int holds = 0;
  constexpr int kTrials = 300;
  for (int trial = 0; trial < kTrials; ++trial) {
    const FloatRowMatrix rows = RowsOf(NoisyVectors(40, 8, 2, random));
    const std::vector<double> cosines =
        ResampledCosines(rows, ResampleWeights(40, 400, static_cast<std::uint64_t>(trial)));
    const Interval interval = PercentileInterval(*MeanPairwiseCosine(rows), 0, cosines, 0.95, 40, 40);
    holds += *interval.low <= truth && truth <= *interval.high ? 1 : 0;
  }
  // 95 % of 300 is 285; three binomial standard deviations are 11, and a percentile interval of 40 documents
  // is known to hold the truth one or two points less often than it says.
  EXPECT_GE(holds, 268);
  EXPECT_LE(holds, 297);
}

TEST(PermutedCosines, AverageToTheMeanOfTheUnion) {
  Random random(8);
  const Vectors near = NoisyVectors(12, 6, 5, random);
  const Vectors far = NoisyVectors(30, 6, 0, random);
  const FloatRowMatrix buckets[] = {RowsOf(near), RowsOf(far)};
  const LengthBucket edges[] = {{1, 16, false}, {17, 32, false}};
  LengthStats stats(6, edges);
  for (std::size_t i = 0; i < near.size(); ++i) {
    stats.Add(0, {.key = i, .tokens = 9, .cut = false, .vector = near[i], .probe = nullptr});
  }
  for (std::size_t i = 0; i < far.size(); ++i) {
    stats.Add(1, {.key = 100 + i, .tokens = 20, .cut = false, .vector = far[i], .probe = nullptr});
  }
  Vectors both = near;
  both.insert(both.end(), far.begin(), far.end());
  EXPECT_NEAR(*PermutedMean(stats), testing::PairwiseCosine(both), 1e-12);

  const auto permuted = PermutedCosines(buckets, 4000, 3);
  for (const std::vector<double>& cosines : permuted) {
    ASSERT_EQ(cosines.size(), 4000U);
    const double mean = std::accumulate(cosines.begin(), cosines.end(), 0.0) / 4000;
    double variance = 0;
    for (const double cosine : cosines) variance += (cosine - mean) * (cosine - mean) / 4000;
    EXPECT_NEAR(mean, *PermutedMean(stats), 5 * std::sqrt(variance / 4000));
  }
}

TEST(PermutedCosines, OfAllDocumentsInOneBucketDoNotVary) {
  Random random(9);
  const FloatRowMatrix bucket = RowsOf(NoisyVectors(10, 4, 1, random));
  const auto permuted = PermutedCosines({&bucket, 1}, 20, 1);
  for (const double cosine : permuted[0]) {
    EXPECT_NEAR(cosine, *MeanPairwiseCosine(bucket), 1e-12);
  }
}

TEST(PermutedCosines, SkipBucketsWithoutAPair) {
  const FloatRowMatrix buckets[] = {FloatRowMatrix(0, 3), RowsOf({{1, 0, 0}}),
                                    RowsOf({{1, 0, 0}, {0, 1, 0}})};
  const auto permuted = PermutedCosines(buckets, 5, 1);
  EXPECT_TRUE(permuted[0].empty());
  EXPECT_TRUE(permuted[1].empty());
  EXPECT_EQ(permuted[2].size(), 5U);
}

TEST(PermutedWithinCosines, ArePairsOfDifferentDocumentsAtIndependentLengths) {
  Random random(10);
  const FloatRowMatrix buckets[] = {RowsOf(NoisyVectors(12, 6, 4, random)),
                                    RowsOf(NoisyVectors(12, 6, 1, random)),
                                    RowsOf(NoisyVectors(12, 6, 0, random))};
  double sum = 0;
  for (const FloatRowMatrix& a : buckets) {
    for (const FloatRowMatrix& b : buckets) {
      for (Eigen::Index i = 0; i < 12; ++i) {
        for (Eigen::Index j = 0; j < 12; ++j) {
          if (i != j) sum += a.row(i).cast<double>().dot(b.row(j).cast<double>());
        }
      }
    }
  }
  const double expected = sum / (9.0 * 12.0 * 11.0);
  // Not unit vectors but their means enter, so rounding to float shows.
  EXPECT_NEAR(*PermutedWithinMean(buckets), expected, 1e-7);
  const std::vector<double> cosines = PermutedWithinCosines(buckets, 4000, 2);
  const double mean = std::accumulate(cosines.begin(), cosines.end(), 0.0) / 4000;
  double variance = 0;
  for (const double cosine : cosines) variance += (cosine - mean) * (cosine - mean) / 4000;
  EXPECT_NEAR(mean, expected, 5 * std::sqrt(variance / 4000));
}

}  // namespace
}  // namespace lengthwise
