#include "search/matching.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>

#include "base/random.h"
#include "refusal.h"
#include "search/hybrid.h"
#include "statistics/halves.h"

namespace lengthwise {
namespace {

constexpr std::size_t kDimension = 8;

VectorSet UnitVectors(std::size_t rows, std::uint64_t seed) {
  Random random(seed);
  VectorSet vectors;
  vectors.dimension = kDimension;
  for (std::size_t i = 0; i < rows * kDimension; ++i) {
    vectors.values.push_back(static_cast<float>(random.Normal() + (i % kDimension == 0 ? 1 : 0)));
  }
  NormalizeRows(vectors, "test");
  return vectors;
}

double Product(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t c = 0; c < kDimension; ++c) sum += static_cast<double>(a[c]) * b[c];
  return sum;
}

double MeanOfLargest(std::vector<double> values, std::size_t count) {
  std::sort(values.begin(), values.end(), std::greater<>());
  values.resize(std::min(count, values.size()));
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// 2 cos(q, d) - r(q) - r(d), as the paper has it, r(d) from the queries of `sample`.
std::vector<std::vector<double>> PlainCsls(const VectorSet& documents, const VectorSet& queries,
                                           const std::function<bool(std::size_t, std::size_t)>& in_sample,
                                           std::size_t neighbours) {
  std::vector<std::vector<double>> scores(queries.size());
  for (std::size_t q = 0; q < queries.size(); ++q) {
    std::vector<double> of_query;
    for (std::size_t d = 0; d < documents.size(); ++d)
      of_query.push_back(Product(queries.row(q), documents.row(d)));
    for (std::size_t d = 0; d < documents.size(); ++d) {
      std::vector<double> of_document;
      for (std::size_t other = 0; other < queries.size(); ++other) {
        if (in_sample(q, other)) of_document.push_back(Product(queries.row(other), documents.row(d)));
      }
      scores[q].push_back(2 * of_query[d] - MeanOfLargest(of_query, neighbours) -
                          MeanOfLargest(of_document, neighbours));
    }
  }
  return scores;
}

// A ranking holds every document, and its plain scores fall: equal order, but for scores that rounding (some
// 1e-7 of single precision) cannot tell apart.
void ExpectOrder(const std::vector<Ranking>& rankings, const std::vector<std::vector<double>>& scores) {
  ASSERT_EQ(rankings.size(), scores.size());
  for (std::size_t q = 0; q < rankings.size(); ++q) {
    ASSERT_EQ(rankings[q].size(), scores[q].size());
    for (std::size_t i = 1; i < rankings[q].size(); ++i) {
      EXPECT_GE(scores[q][rankings[q][i - 1].document], scores[q][rankings[q][i].document] - 1e-6);
    }
  }
}

class MatchDocumentsTest : public ::testing::Test {
 protected:
  VectorSet documents_ = UnitVectors(30, 1);
  VectorSet queries_ = UnitVectors(20, 2);
  std::vector<std::uint32_t> tie_order_ = [] {
    std::vector<std::uint32_t> order(30);
    std::iota(order.begin(), order.end(), 0U);
    return order;
  }();
  ThreadPool pool_{2};
};

TEST_F(MatchDocumentsTest, RanksByTheFormulaOfCsls) {
  for (const std::size_t neighbours : {1U, 5U, 100U}) {
    const std::vector<Ranking> rankings = MatchDocuments(
        documents_, queries_, tie_order_, 30, {.best = {}, .csls = neighbours}, std::nullopt, pool_);
    ExpectOrder(rankings, PlainCsls(
                              documents_, queries_, [](auto, auto) { return true; }, neighbours));
  }
}

TEST_F(MatchDocumentsTest, HeldOutLooksAtTheQueriesOfTheOtherHalfAlone) {
  const Matching matching{.best = {}, .csls = 3};
  std::vector<std::uint8_t> halves;
  for (std::size_t q = 0; q < 20; ++q) halves.push_back(static_cast<std::uint8_t>(HalfOfQuery(q, 4)));
  const std::vector<Ranking> rankings =
      MatchDocuments(documents_, queries_, tie_order_, 30, matching, halves, pool_);
  const auto other_half = [&](std::size_t q, std::size_t other) { return halves[q] != halves[other]; };
  ExpectOrder(rankings, PlainCsls(documents_, queries_, other_half, 3));
}

TEST_F(MatchDocumentsTest, WithoutCslsRanksByCosine) {
  const std::vector<Ranking> plain =
      Search(documents_, queries_, tie_order_, {.depth = 7, .best = 1, .offsets = {}}, pool_);
  EXPECT_EQ(MatchDocuments(documents_, queries_, tie_order_, 7, {}, std::nullopt, pool_), plain);
  EXPECT_NE(MatchDocuments(documents_, queries_, tie_order_, 7, {.best = {}, .csls = 5}, std::nullopt, pool_),
            plain);
}

TEST_F(MatchDocumentsTest, PutsBm25BesideTheVectorsWhereAskedTo) {
  std::vector<std::string> texts, queries;
  for (std::size_t d = 0; d < 30; ++d) texts.push_back("word" + std::to_string(d % 7) + " of a text");
  for (std::size_t q = 0; q < 20; ++q) queries.push_back("word" + std::to_string(q % 9));
  const Bm25Index index(texts);
  const std::vector<Ranking> by_words = SearchBm25(index, queries, tie_order_, 30, pool_);
  const WordSearch words{&index, queries, by_words};
  const auto match = [&](const Matching& matching) {
    return MatchDocuments(documents_, queries_, tie_order_, 30, matching, std::nullopt, pool_, words);
  };
  const VectorView view{&documents_, &queries_};
  EXPECT_EQ(match({.hybrid = 0.4}), RankHybrid({&view, 1}, index, queries, 0.4, tie_order_, 30, pool_));
  const std::vector<Ranking> plain = match({});
  const std::vector<Ranking> fused = match({.fusion = true});
  for (std::size_t q = 0; q < 20; ++q) {
    const Ranking* const both[] = {&plain[q], &by_words[q]};
    EXPECT_EQ(fused[q], FuseReciprocalRanks(both, tie_order_, 30));
  }
  EXPECT_NE(fused, plain);
}

TEST_F(MatchDocumentsTest, RefusesToScaleByNoQuery) {
  const VectorSet one = UnitVectors(1, 3);
  const std::vector<std::uint8_t> half = {1};
  const Matching matching{.best = {}, .csls = 3};
  EXPECT_NE(testing::Refusal([&] {
              MatchDocuments(documents_, one, tie_order_, 30, matching, half, pool_);
            }).find("no query"),
            std::string::npos);
}

}  // namespace
}  // namespace lengthwise
