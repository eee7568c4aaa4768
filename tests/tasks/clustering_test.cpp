#include "tasks/clustering.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace lengthwise {
namespace {

using Labels = std::vector<std::uint32_t>;

std::vector<UnitCount> Once(std::size_t count) {
  std::vector<UnitCount> units;
  for (std::uint32_t u = 0; u < count; ++u) units.push_back({u, 1});
  return units;
}

// scikit-learn 1.9.1, v_measure_score.
TEST(VMeasure, EqualsScikitLearns) {
  EXPECT_NEAR(VMeasure(Labels{0, 0, 1, 1}, Labels{0, 0, 1, 2}, Once(4)), 0.8, 1e-12);
  EXPECT_NEAR(VMeasure(Labels{0, 0, 1, 1}, Labels{0, 1, 2, 3}, Once(4)), 2 / 3.0, 1e-12);
  EXPECT_NEAR(VMeasure(Labels{0, 0, 1, 1}, Labels{0, 1, 0, 1}, Once(4)), 0, 1e-12);
  EXPECT_NEAR(VMeasure(Labels{0, 0, 1, 1}, Labels{1, 1, 0, 0}, Once(4)), 1, 1e-12);
  EXPECT_NEAR(VMeasure(Labels{0, 0}, Labels{0, 0}, Once(2)), 1, 1e-12);
}

TEST(VMeasure, CountsAUnitAsOftenAsItWasDrawn) {
  const Labels labels = {0, 0, 1, 1, 2}, clusters = {0, 1, 1, 1, 0};
  const Labels drawn_labels = {0, 0, 0, 1, 1, 2}, drawn_clusters = {0, 0, 1, 1, 1, 0};
  const std::vector<UnitCount> drawn = {{0, 2}, {1, 1}, {3, 2}, {4, 1}};
  EXPECT_NEAR(VMeasure(labels, clusters, drawn), VMeasure(drawn_labels, drawn_clusters, Once(6)), 1e-12);
}

// Four groups on a circle, far apart against their width.
VectorSet Groups(std::size_t rows) {
  Random random(4);
  VectorSet vectors;
  vectors.dimension = 2;
  for (std::size_t i = 0; i < rows; ++i) {
    const double angle = static_cast<double>(i % 4) * std::acos(0.0);
    vectors.values.push_back(static_cast<float>(std::cos(angle) + 0.05 * random.Normal()));
    vectors.values.push_back(static_cast<float>(std::sin(angle) + 0.05 * random.Normal()));
  }
  return vectors;
}

TEST(KMeans, FindsGroupsThatAreThere) {
  const VectorSet vectors = Groups(80);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const std::vector<std::uint32_t> clusters = KMeans(vectors, 4, seed);
    Labels groups;
    for (std::uint32_t i = 0; i < 80; ++i) groups.push_back(i % 4);
    EXPECT_NEAR(VMeasure(groups, clusters, Once(80)), 1, 1e-12) << "seed " << seed;
  }
}

TEST(KMeans, EndsWhereEveryRowIsNearestToTheMeanOfItsOwnCluster) {
  Random random(5);
  VectorSet vectors;
  vectors.dimension = 3;
  for (std::size_t i = 0; i < 3 * 60; ++i) vectors.values.push_back(static_cast<float>(random.Normal()));
  const std::vector<std::uint32_t> clusters = KMeans(vectors, 7, 1);
  std::vector<std::vector<double>> means(7, std::vector<double>(3, 0.0));
  std::vector<double> sizes(7, 0.0);
  for (std::size_t i = 0; i < 60; ++i) {
    sizes[clusters[i]] += 1;
    for (std::size_t c = 0; c < 3; ++c) means[clusters[i]][c] += vectors.row(i)[c];
  }
  const auto distance = [&](std::size_t row, std::size_t cluster) {
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const double d = vectors.row(row)[c] - means[cluster][c] / sizes[cluster];
      sum += d * d;
    }
    return sum;
  };
  for (std::size_t k = 0; k < 7; ++k) EXPECT_GT(sizes[k], 0) << "cluster " << k;
  for (std::size_t i = 0; i < 60; ++i) {
    for (std::size_t k = 0; k < 7; ++k) EXPECT_LE(distance(i, clusters[i]), distance(i, k) + 1e-9);
  }
}

TEST(KMeans, FillsEveryClusterEvenOfEqualRows) {
  VectorSet vectors;
  vectors.dimension = 2;
  vectors.values = {1, 0, 1, 0, 1, 0, 1, 0};
  std::vector<std::size_t> sizes(3, 0);
  for (const std::uint32_t cluster : KMeans(vectors, 3, 1)) ++sizes[cluster];
  for (const std::size_t size : sizes) EXPECT_GT(size, 0U);
}

}  // namespace
}  // namespace lengthwise
