#include "tasks/post_processed.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace lengthwise {
namespace {

VectorSet Vectors(std::size_t rows, double shift, std::uint64_t seed) {
  Random random(seed);
  VectorSet vectors;
  vectors.dimension = 3;
  for (std::size_t i = 0; i < rows * 3; ++i) {
    vectors.values.push_back(static_cast<float>(random.Normal() + (i % 3 == 0 ? shift : 0)));
  }
  NormalizeRows(vectors, "test");
  return vectors;
}

// Row less mean, of length 1.
void ExpectCentred(std::span<const float> found, std::span<const float> row,
                   const std::vector<double>& mean) {
  double norm = 0;
  for (std::size_t c = 0; c < 3; ++c) norm += (row[c] - mean[c]) * (row[c] - mean[c]);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(found[c], (row[c] - mean[c]) / std::sqrt(norm), 1e-5);
}

std::vector<double> Mean(const VectorSet& vectors) {
  std::vector<double> mean(3, 0.0);
  for (std::size_t r = 0; r < vectors.rows(); ++r) {
    for (std::size_t c = 0; c < 3; ++c) mean[c] += vectors.row(r)[c] / static_cast<double>(vectors.rows());
  }
  return mean;
}

constexpr PostProcessSpec kCenter{.kind = PostProcessKind::kCenter};

TEST(PostProcessWhole, CentresDocumentsAndQueriesEachOnTheirOwnMean) {
  const VectorSet documents = Vectors(40, 1, 1), queries = Vectors(20, -1, 2);
  const PostProcessedVectors result = PostProcessWhole(kCenter, documents, queries, true);
  for (std::size_t r = 0; r < 40; ++r)
    ExpectCentred(result.documents.row(r), documents.row(r), Mean(documents));
  for (std::size_t r = 0; r < 20; ++r) ExpectCentred(result.queries.row(r), queries.row(r), Mean(queries));
}

TEST(PostProcessWhole, CentresPairsOnOneMean) {
  const VectorSet first = Vectors(30, 1, 1), second = Vectors(30, -1, 2);
  VectorSet both = first;
  both.values.insert(both.values.end(), second.values.begin(), second.values.end());
  const PostProcessedVectors result = PostProcessWhole(kCenter, first, second, false);
  for (std::size_t r = 0; r < 30; ++r) ExpectCentred(result.queries.row(r), second.row(r), Mean(both));
}

// Whatever a query is, its own result moves with it alone: the fit that it meets has not seen it.
TEST(PostProcessHeldOut, FitsToNeitherTheQueryNorHalfOfTheDocuments) {
  const VectorSet documents = Vectors(40, 1, 1), queries = Vectors(30, -1, 2);
  const PostProcessSpec whiten{.kind = PostProcessKind::kWhiten, .epsilon = 0.3};
  const PostProcessedVectors result = PostProcessHeldOut(whiten, documents, queries, 1);
  std::size_t unseen = 0;
  for (std::size_t d = 0; d < 40; ++d) {
    VectorSet changed = documents;
    changed.row(d)[1] += 3;
    const PostProcessedVectors after = PostProcessHeldOut(whiten, changed, queries, 1);
    unseen += after.queries.values == result.queries.values ? 1 : 0;
  }
  // Half of 40, standard deviation 3.2.
  EXPECT_GT(unseen, 9U);
  EXPECT_LT(unseen, 31U);
  for (std::size_t q = 0; q < 30; ++q) {
    VectorSet changed = queries;
    changed.row(q)[1] += 3;
    const PostProcessedVectors after = PostProcessHeldOut(whiten, documents, changed, 1);
    // Of the other queries, those of its own half stay as they were.
    std::size_t moved = 0;
    for (std::size_t other = 0; other < 30; ++other) {
      if (other == q) continue;
      bool same = true;
      for (std::size_t c = 0; c < 3; ++c)
        same = same && after.queries.row(other)[c] == result.queries.row(other)[c];
      moved += same ? 0 : 1;
    }
    EXPECT_GT(moved, 3U);
    EXPECT_LT(moved, 27U);
    EXPECT_EQ(after.documents.values, result.documents.values);
  }
}

}  // namespace
}  // namespace lengthwise
