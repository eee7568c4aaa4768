#include "embedding/csls.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"
#include "lengthwise/error.h"

namespace lengthwise {
namespace {

constexpr std::size_t kQueries = 13;
constexpr std::size_t kDocuments = 21;
constexpr std::size_t kNeighbours = 4;

std::vector<float> Scores() {
  Random random(5);
  std::vector<float> scores(kQueries * kDocuments);
  for (float& score : scores) score = static_cast<float>(2 * random.Uniform() - 1);
  return scores;
}

double PlainMeanOfLargest(std::vector<float> values) {
  std::sort(values.rbegin(), values.rend());
  double sum = 0;
  for (std::size_t i = 0; i < kNeighbours; ++i) sum += double{values[i]};
  return sum / kNeighbours;
}

// Blocks of 5 x 8, the last ones smaller.
template <typename Fn>
void ForEachBlock(std::vector<float>& scores, const Fn& fn) {
  for (std::size_t r = 0; r < kQueries; r += 5) {
    for (std::size_t c = 0; c < kDocuments; c += 8) {
      fn(ScoreBlock{scores.data() + r * kDocuments + c, std::min<std::size_t>(5, kQueries - r),
                    std::min<std::size_t>(8, kDocuments - c), kDocuments, r, c});
    }
  }
}

TEST(Csls, BlocksGiveWhatTheFormulaGivesOnTheWholeMatrix) {
  const std::vector<float> given = Scores();
  std::vector<float> scores = given;
  NeighbourMeans queries(kQueries, kNeighbours);
  NeighbourMeans documents(kDocuments, kNeighbours);
  ForEachBlock(scores, [&](const ScoreBlock& block) {
    queries.AddRows(block);
    documents.AddColumns(block);
  });
  const std::vector<float> row_means = queries.Means();
  const std::vector<float> column_means = documents.Means();
  ForEachBlock(scores, [&](const ScoreBlock& block) { ApplyCsls(block, row_means, column_means); });
  for (std::size_t q = 0; q < kQueries; ++q) {
    for (std::size_t d = 0; d < kDocuments; ++d) {
      std::vector<float> row(given.begin() + static_cast<std::ptrdiff_t>(q * kDocuments),
                             given.begin() + static_cast<std::ptrdiff_t>((q + 1) * kDocuments));
      std::vector<float> column;
      for (std::size_t i = 0; i < kQueries; ++i) column.push_back(given[i * kDocuments + d]);
      const double expected =
          2 * double{given[q * kDocuments + d]} - PlainMeanOfLargest(row) - PlainMeanOfLargest(column);
      // Four float roundings of numbers up to 4.
      EXPECT_NEAR(scores[q * kDocuments + d], expected, 1e-6);
    }
  }
}

TEST(Csls, FewerOthersThanNeighboursAreAllTaken) {
  std::vector<float> scores = {0.5F, 0.1F};
  NeighbourMeans means(1, 10);
  means.AddRows({scores.data(), 1, 2, 2, 0, 0});
  EXPECT_FLOAT_EQ(means.Means()[0], 0.3F);
}

TEST(Csls, APointWithoutOthersIsNamed) {
  EXPECT_THROW(NeighbourMeans(3, 0), Error);
  try {
    NeighbourMeans(2, 1).Means();
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  }
}

}  // namespace
}  // namespace lengthwise
