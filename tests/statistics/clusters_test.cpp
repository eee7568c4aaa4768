#include "statistics/clusters.h"

#include <gtest/gtest.h>

#include <cmath>

#include "statistics/unit_sampler.h"

namespace lengthwise {
namespace {

using Groups = std::vector<std::uint32_t>;

TEST(ConnectedUnits, JoinsThoseThatShareACauseAndThoseBetweenThem) {
  // 0 and 3 share cause 1; 3 and 4 share 5; 1 has none, 2 has one for itself.
  const std::vector<Groups> causes = {{1}, {}, {0}, {1, 5}, {5, 2}};
  EXPECT_EQ(ConnectedUnits(causes, 6), (Groups{0, 1, 2, 0, 0}));
  // Two chains that a later unit ties together.
  EXPECT_EQ(ConnectedUnits(std::vector<Groups>{{0}, {1}, {2}, {1, 2}, {3}}, 4), (Groups{0, 1, 1, 1, 2}));
}

TEST(EffectiveClusters, CountsEqualOnesInFullAndAGiantForLittle) {
  EXPECT_DOUBLE_EQ(EffectiveClusters(Groups{0, 1, 2, 0, 1, 2}), 3);
  // (8 + 1 + 1)^2 / (64 + 1 + 1)
  EXPECT_DOUBLE_EQ(EffectiveClusters(Groups{0, 0, 0, 0, 0, 0, 0, 0, 1, 2}), 100.0 / 66);
}

TEST(UnitSampler, DrawsAClusterWithAllOfItsUnits) {
  const UnitSampler sampler(Groups{2, 3, 5, 7}, {.of = {9, 9, 0, 1, 9, 0, 9, 4}, .second = {}, .names = {}});
  EXPECT_EQ(sampler.clusters(), 3U);
  std::size_t drawn = 0;
  for (std::size_t r = 0; r < 100; ++r) {
    std::vector<std::uint32_t> counts(8, 0);
    for (const UnitCount& unit : sampler.Draw(1, r)) counts[unit.unit] = unit.count;
    EXPECT_EQ(counts[2], counts[5]);
    EXPECT_EQ(counts[2] + counts[3] + counts[7], 3U);
    drawn += counts[2];
  }
  EXPECT_NEAR(static_cast<double>(drawn), 100, 30);  // standard deviation 8
}

TEST(UnitSampler, DrawsAPairAsOftenAsBothOfItsTexts) {
  // Pairs 01, 02, 12 and 33 of four texts.
  const UnitSampler sampler(Groups{0, 1, 2, 3}, {.of = {0, 0, 1, 3}, .second = {1, 2, 2, 3}, .names = {}});
  EXPECT_EQ(sampler.clusters(), 4U);
  for (std::size_t r = 0; r < 200; ++r) {
    std::vector<double> counts(4, 0);
    for (const UnitCount& unit : sampler.Draw(2, r)) counts[unit.unit] = unit.count;
    const double texts = counts[3];
    // x + y + z = 4 - texts; xy, xz, yz are the counts: their sum is ((4 - texts)^2 - (x^2 + y^2 + z^2)) / 2.
    if (counts[0] * counts[1] * counts[2] == 0) continue;
    const double x = std::sqrt(counts[0] * counts[1] / counts[2]);
    const double y = counts[0] / x, z = counts[1] / x;
    EXPECT_DOUBLE_EQ(x + y + z, 4 - texts);
  }
}

}  // namespace
}  // namespace lengthwise
