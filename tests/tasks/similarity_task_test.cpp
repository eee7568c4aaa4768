#include "tasks/similarity_task.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace lengthwise {
namespace {

// Pearson's correlation of mean ranks, each rank counted out by comparing with every other value.
double PlainSpearman(const std::vector<double>& x, const std::vector<double>& y) {
  const auto mean_ranks = [](const std::vector<double>& values) {
    std::vector<double> ranks;
    for (const double value : values) {
      const auto below = std::count_if(values.begin(), values.end(), [&](double v) { return v < value; });
      const auto equal = std::count(values.begin(), values.end(), value);
      ranks.push_back(static_cast<double>(below) + (static_cast<double>(equal) + 1) / 2);
    }
    return ranks;
  };
  const std::vector<double> a = mean_ranks(x), b = mean_ranks(y);
  const auto n = static_cast<double>(x.size());
  double sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sa += a[i], sb += b[i], aa += a[i] * a[i], bb += b[i] * b[i], ab += a[i] * b[i];
  }
  return (n * ab - sa * sb) / std::sqrt((n * aa - sa * sa) * (n * bb - sb * sb));
}

TEST(Spearman, IsPearsonsCorrelationOfMeanRanksTiesIncluded) {
  // scipy 1.17.1, spearmanr.
  const std::vector<UnitCount> all = {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}};
  EXPECT_NEAR(*Spearman({1, 2, 3, 4, 5}, {5, 6, 7, 8, 7})(all), 0.8207826816681233, 1e-14);
  Random random(1);
  std::vector<double> x, y;
  std::vector<UnitCount> units;
  for (std::uint32_t i = 0; i < 60; ++i) {
    x.push_back(static_cast<double>(random.Below(12)));
    y.push_back(x.back() / 3 + static_cast<double>(random.Below(6)));
    units.push_back({i, 1});
  }
  EXPECT_NEAR(*Spearman(x, y)(units), PlainSpearman(x, y), 1e-12);
}

TEST(Spearman, OfADrawIsThatOfTheUnitsWrittenOut) {
  const std::vector<double> x = {3, 1, 4, 1, 5, 9, 2, 6}, y = {2, 7, 1, 8, 2, 8, 1, 8};
  const std::vector<UnitCount> drawn = {{0, 2}, {2, 1}, {3, 3}, {5, 1}, {7, 1}};
  std::vector<double> written_x, written_y;
  for (const UnitCount& unit : drawn) {
    written_x.insert(written_x.end(), unit.count, x[unit.unit]);
    written_y.insert(written_y.end(), unit.count, y[unit.unit]);
  }
  EXPECT_NEAR(*Spearman(x, y)(drawn), PlainSpearman(written_x, written_y), 1e-12);
}

TEST(Spearman, IsAbsentWhereAVariableIsConstant) {
  const Spearman spearman({1, 1, 2}, {3, 4, 5});
  EXPECT_FALSE(spearman(std::vector<UnitCount>{{0, 1}, {1, 4}}));
  EXPECT_FALSE(spearman(std::vector<UnitCount>{{2, 3}}));
  EXPECT_TRUE(spearman(std::vector<UnitCount>{{0, 1}, {2, 1}}));
}

}  // namespace
}  // namespace lengthwise
