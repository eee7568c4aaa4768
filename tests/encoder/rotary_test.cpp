#include "encoder/rotary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lengthwise/position_map.h"

namespace lengthwise {
namespace {

TEST(Rotary, TurnsPairsByThePositionTimesTheirFrequency) {
  const Rotary rotary = MakeRotary(100.0, 4);
  ASSERT_EQ(rotary.frequencies.size(), 2U);
  EXPECT_FLOAT_EQ(rotary.frequencies[1], 0.1F);
  const RotaryTable table(rotary, std::vector<double>{0, 1, 2, 3});
  std::vector<float> head = {1, 2, 3, 4};
  Turn(table.At(3), table.half(), head.data());
  EXPECT_NEAR(head[0], 1 * std::cos(3.0) - 3 * std::sin(3.0), 1e-6);
  EXPECT_NEAR(head[2], 3 * std::cos(3.0) + 1 * std::sin(3.0), 1e-6);
  EXPECT_NEAR(head[1], 2 * std::cos(0.3) - 4 * std::sin(0.3), 1e-6);
  EXPECT_NEAR(head[3], 4 * std::cos(0.3) + 2 * std::sin(0.3), 1e-6);
}

TEST(Rotary, HasPlacesBetweenPositions) {
  const RotaryTable table(MakeRotary(10000.0, 6), std::vector<double>{0, 1, 2});
  std::vector<float> between(6);
  table.Between(2.0, between.data());
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(between[i], table.At(2)[i]);
  table.Between(1.5, between.data());
  EXPECT_NEAR(between[0], std::cos(1.5), 1e-6);
}

TEST(PositionMapPlaces, AreWhatAMapMakesOfThePositions) {
  EXPECT_EQ(ParsePositionMap("none").Places(3), (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(ParsePositionMap("interpolate:4").Places(8),
            (std::vector<double>{0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5}));
  EXPECT_EQ(ParsePositionMap("group:2").Places(4), (std::vector<double>{0, 0, 1, 1}));
  EXPECT_EQ(ParsePositionMap("squeeze:2:4").Places(7), (std::vector<double>{0, 1, 2, 2.5, 3, 3.5, 4}));
  EXPECT_EQ(ParsePositionMap("repeat:1:2@6").Places(4), (std::vector<double>{0, 1, 2, 1, 2, 1}));
}

}  // namespace
}  // namespace lengthwise
