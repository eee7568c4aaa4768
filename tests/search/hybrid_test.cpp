#include "search/hybrid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "lengthwise/error.h"

namespace lengthwise {
namespace {

VectorSet Draw(std::size_t rows, std::size_t dimension, std::uint64_t seed) {
  Random random(seed);
  VectorSet vectors;
  vectors.dimension = dimension;
  for (std::size_t i = 0; i < rows * dimension; ++i)
    vectors.values.push_back(static_cast<float>(random.Normal()));
  NormalizeRows(vectors, "drawn");
  return vectors;
}

// A small search: documents with one vector and with windows, and words.
struct Collection {
  static constexpr std::size_t kDocuments = 60;
  static constexpr std::size_t kQueries = 17;

  Collection() {
    Random random(4);
    windows.dimension = 8;
    windows.offsets = {0};
    for (std::size_t d = 0; d < kDocuments; ++d) {
      windows.offsets.push_back(windows.offsets.back() + 1 + d % 4);
      ids.push_back("d" + std::to_string(d));
      std::string& text = texts.emplace_back();
      for (std::size_t w = 5 + random.Below(9); w > 0; --w) text += Word(random);
    }
    windows.values = Draw(windows.offsets.back(), 8, 2).values;
    for (std::size_t q = 0; q < kQueries; ++q) queries.push_back(Word(random) + Word(random));
  }

  static std::string Word(Random& random) { return "w" + std::to_string(random.Below(20)) + " "; }

  VectorSet one = Draw(kDocuments, 8, 1);
  VectorSet windows;
  VectorSet query_vectors = Draw(kQueries, 8, 3);
  std::vector<std::string> ids, texts, queries;

  double Dot(std::size_t query, std::span<const float> row) const {
    double sum = 0;
    for (std::size_t c = 0; c < 8; ++c) sum += double{query_vectors.row(query)[c]} * double{row[c]};
    return sum;
  }

  // Best window + .5 lead-body.
  std::vector<double> VectorScores(std::size_t query) const {
    std::vector<double> scores;
    for (std::size_t d = 0; d < kDocuments; ++d) {
      double best = -2;
      for (std::size_t r = windows.begin(d); r < windows.end(d); ++r)
        best = std::max(best, Dot(query, windows.row(r)));
      scores.push_back(best + 0.5 * Dot(query, one.row(d)));
    }
    return scores;
  }

  std::vector<VectorView> Views() const {
    return {{&windows, &query_vectors, 1, 1.0F}, {&one, &query_vectors, 1, 0.5F}};
  }
};

std::vector<double> Standard(std::vector<double> scores) {
  double mean = 0, square = 0;
  const auto n = static_cast<double>(scores.size());
  for (const double score : scores) mean += score / n;
  for (const double score : scores) square += (score - mean) * (score - mean) / n;
  for (double& score : scores) score = square == 0 ? 0 : (score - mean) / std::sqrt(square);
  return scores;
}

void ExpectRanking(const Ranking& found, const std::vector<double>& scores, std::size_t depth) {
  std::vector<double> sorted = scores;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  ASSERT_EQ(found.size(), std::min(depth, scores.size()));
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i].score, scores[found[i].document], 1e-5) << i;
    EXPECT_NEAR(found[i].score, sorted[i], 1e-5) << i;
  }
}

TEST(RankByVectors, RanksByTheWeightedSumOfItsViews) {
  const Collection c;
  for (const std::size_t threads : {1, 3}) {
    ThreadPool pool(threads);
    const std::vector<Ranking> rankings = RankByVectors(c.Views(), TieOrder(c.ids), 25, pool);
    ASSERT_EQ(rankings.size(), Collection::kQueries);
    for (std::size_t q = 0; q < rankings.size(); ++q) ExpectRanking(rankings[q], c.VectorScores(q), 25);
  }
}

TEST(RankByVectors, OfOneViewIsSearch) {
  const Collection c;
  ThreadPool pool(2);
  const std::vector<VectorView> view = {{&c.windows, &c.query_vectors, 2, 1.0F}};
  EXPECT_EQ(
      RankByVectors(view, TieOrder(c.ids), 30, pool),
      Search(c.windows, c.query_vectors, TieOrder(c.ids), {.depth = 30, .best = 2, .offsets = {}}, pool));
}

TEST(RankHybrid, AddsScoresStandardisedForEachQueryOverAllDocuments) {
  const Collection c;
  const Bm25Index index(c.texts);
  ThreadPool pool(2);
  for (const double weight : {0.0, 0.3, 0.5, 1.0}) {
    const std::vector<Ranking> rankings =
        RankHybrid(c.Views(), index, c.queries, weight, TieOrder(c.ids), 1000, pool);
    for (std::size_t q = 0; q < rankings.size(); ++q) {
      const std::vector<double> vectors = Standard(c.VectorScores(q)),
                                words = Standard(index.Scores(c.queries[q]));
      std::vector<double> scores;
      for (std::size_t d = 0; d < vectors.size(); ++d)
        scores.push_back(weight * vectors[d] + (1 - weight) * words[d]);
      ExpectRanking(rankings[q], scores, 1000);
    }
  }
}

TEST(RankHybrid, IsVectorsAloneWhereNoDocumentSharesAWord) {
  const Collection c;
  ThreadPool pool(1);
  const std::vector<std::string> unheard(Collection::kQueries, "unheard of");
  const std::vector<Ranking> hybrid =
      RankHybrid(c.Views(), Bm25Index(c.texts), unheard, 0.5, TieOrder(c.ids), 10, pool);
  const std::vector<Ranking> vectors = RankByVectors(c.Views(), TieOrder(c.ids), 10, pool);
  for (std::size_t q = 0; q < hybrid.size(); ++q) {
    for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(hybrid[q][i].document, vectors[q][i].document);
  }
  for (const double weight : {-0.1, 1.5, static_cast<double>(NAN)}) {
    EXPECT_THROW(RankHybrid(c.Views(), Bm25Index(c.texts), c.queries, weight, TieOrder(c.ids), 10, pool),
                 Error);
  }
}

TEST(Standardise, GivesMeanZeroAndDeviationOneAndNothingForEqualScores) {
  std::vector<float> row = {1, 2, 3, 6};
  Standardise(row);
  const std::vector<double> expected = Standard({1, 2, 3, 6});
  for (std::size_t i = 0; i < row.size(); ++i) EXPECT_NEAR(row[i], expected[i], 1e-6);
  std::vector<float> equal(5, 0.25F);
  Standardise(equal);
  EXPECT_EQ(equal, std::vector<float>(5, 0.0F));
}

TEST(FuseReciprocalRanks, SumsReciprocalsOfRanksShiftedBySixty) {
  const std::vector<std::string> ids = {"a", "b", "c", "d"};
  const Ranking first = {{2, 9.0F}, {0, 8.0F}, {1, 7.0F}};
  const Ranking second = {{3, 0.5F}, {2, 0.4F}};
  const Ranking* const both[] = {&first, &second};
  const Ranking fused = FuseReciprocalRanks(both, TieOrder(ids), 10);
  ASSERT_EQ(fused.size(), 4U);
  EXPECT_EQ(fused[0].document, 2U);
  EXPECT_FLOAT_EQ(fused[0].score, 1.0F / 61 + 1.0F / 62);
  EXPECT_EQ(fused[1].document, 3U);
  EXPECT_FLOAT_EQ(fused[1].score, 1.0F / 61);
  EXPECT_EQ(fused[2].document, 0U);
  EXPECT_EQ(fused[3].document, 1U);
  EXPECT_EQ(FuseReciprocalRanks(both, TieOrder(ids), 1).size(), 1U);
}

}  // namespace
}  // namespace lengthwise
