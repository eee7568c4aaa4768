#include "search/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "base/random.h"
#include "base/temporary_folder.h"

namespace lengthwise {
namespace {

// Components on a grid of sixteenths: products and sums of a few of them are exact in float32, so that scores
// can be compared as they are, and many are equal.
VectorSet GridVectors(std::size_t rows, std::size_t dimension, std::uint64_t seed) {
  Random random(seed);
  VectorSet vectors;
  vectors.dimension = dimension;
  for (std::size_t i = 0; i < rows * dimension; ++i) {
    vectors.values.push_back(static_cast<float>(random.Below(5)) / 16.0F - 0.125F);
  }
  return vectors;
}

std::vector<std::string> Ids(std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back("d" + std::to_string(i));
  return ids;
}

// Every score of every pair, sorted whole.
std::vector<Ranking> SearchPlainly(const VectorSet& documents, const VectorSet& queries,
                                   const std::vector<std::string>& ids, std::size_t depth, std::size_t best) {
  std::vector<Ranking> rankings;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    std::vector<std::pair<double, std::string>> scored;
    for (std::size_t d = 0; d < documents.size(); ++d) {
      std::vector<double> scores;
      for (std::size_t r = documents.begin(d); r < documents.end(d); ++r) {
        double score = 0;
        for (std::size_t c = 0; c < queries.dimension; ++c) {
          score += static_cast<double>(queries.row(q)[c]) * documents.row(r)[c];
        }
        scores.push_back(score);
      }
      std::sort(scores.begin(), scores.end(), std::greater<>());
      const std::size_t count = std::min(best, scores.size());
      double sum = 0;
      for (std::size_t i = 0; i < count; ++i) sum += scores[i];
      scored.emplace_back(sum / static_cast<double>(count), ids[d]);
    }
    std::sort(scored.begin(), scored.end(), std::greater<>());  // by score, then by id, both descending
    Ranking ranking;
    for (std::size_t i = 0; i < std::min(depth, scored.size()); ++i) {
      ranking.push_back({static_cast<std::uint32_t>(std::stoul(scored[i].second.substr(1))),
                         static_cast<float>(scored[i].first)});
    }
    rankings.push_back(ranking);
  }
  return rankings;
}

TEST(Search, FindsWhatSortingEveryScoreFindsTiesIncluded) {
  // More documents than a block, fewer than a panel in the last, and queries that fill no tile.
  const VectorSet documents = GridVectors(2051, 6, 1);
  const VectorSet queries = GridVectors(29, 6, 2);
  const std::vector<std::string> ids = Ids(documents.size());
  for (const std::size_t depth : {1, 10, 3000}) {
    for (const std::size_t threads : {1, 3}) {
      ThreadPool pool(threads);
      const SearchOptions options{.depth = depth, .best = 1, .offsets = {}};
      EXPECT_EQ(Search(documents, queries, TieOrder(ids), options, pool),
                SearchPlainly(documents, queries, ids, depth, 1));
    }
  }
}

TEST(Search, ScoresDocumentsOfSeveralVectorsByTheMeanOfTheirBest) {
  VectorSet documents = GridVectors(5000, 8, 3);
  // 1, 2, 3, 4, 1, 2, ... vectors a document, and one with more than a block.
  documents.offsets = {0};
  for (std::size_t d = 0; documents.offsets.back() + 4 < 2000; ++d) {
    documents.offsets.push_back(documents.offsets.back() + d % 4 + 1);
  }
  documents.offsets.push_back(4999);
  documents.offsets.push_back(5000);
  const VectorSet queries = GridVectors(7, 8, 4);
  const std::vector<std::string> ids = Ids(documents.size());
  ThreadPool pool(2);
  // Means of one, two and four exact scores are exact.
  for (const std::size_t best : {1, 2, 4}) {
    const SearchOptions options{.depth = 20, .best = best, .offsets = {}};
    const std::vector<Ranking> found = Search(documents, queries, TieOrder(ids), options, pool);
    const std::vector<Ranking> expected = SearchPlainly(documents, queries, ids, 20, best);
    for (std::size_t q = 0; q < expected.size(); ++q) {
      for (std::size_t i = 0; i < expected[q].size(); ++i) {
        // Documents of three vectors, under best = 4, have means of thirds, rounded to float.
        EXPECT_NEAR(found[q][i].score, expected[q][i].score, 1e-7) << "query " << q << " place " << i;
        if (best < 4) {
          EXPECT_EQ(found[q][i].document, expected[q][i].document) << "query " << q << " place " << i;
        }
      }
    }
  }
}

TEST(Search, RefusesVectorsThatAreNotFinite) {
  ThreadPool pool(1);
  const std::vector<std::string> ids = Ids(3);
  for (const bool in_query : {false, true}) {
    VectorSet documents = GridVectors(3, 4, 5);
    VectorSet queries = GridVectors(2, 4, 6);
    (in_query ? queries : documents).values[5] = std::numeric_limits<float>::quiet_NaN();
    ExpectError(ErrorOf([&] { Search(documents, queries, TieOrder(ids), {}, pool); }), "bad_input",
                "not finite");
  }
}

}  // namespace
}  // namespace lengthwise
