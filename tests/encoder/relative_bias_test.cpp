#include "encoder/relative_bias.h"

#include <gtest/gtest.h>

#include <vector>

namespace lengthwise {
namespace {

TEST(RelativePositionBucket, EqualsTheReference) {
  // transformers 4.57, MPNetEncoder.relative_position_bucket(torch.tensor(distances), num_buckets=32).
  const std::vector<std::int64_t> distances = {0,  1,   -1, 7,  8,   -8,  11,  12,
                                               16, -23, 45, 64, -91, 127, 128, -500};
  const std::vector<std::size_t> buckets = {0, 17, 1, 23, 24, 8, 24, 25, 26, 11, 28, 30, 15, 31, 31, 15};
  for (std::size_t i = 0; i < distances.size(); ++i)
    EXPECT_EQ(RelativePositionBucket(distances[i], 32), buckets[i]);
}

TEST(SpreadRelativeBias, PutsEachHeadsNumberAtEveryDistance) {
  std::vector<float> table(8 * 2);
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<float>(i);
  const std::vector<float> spread = SpreadRelativeBias(table, 8, 128, 2, 5);
  ASSERT_EQ(spread.size(), 2U * 9U);
  for (std::int64_t distance = -4; distance <= 4; ++distance) {
    for (std::size_t head = 0; head < 2; ++head) {
      EXPECT_EQ(spread[head * 9 + static_cast<std::size_t>(distance + 4)],
                table[RelativePositionBucket(distance, 8) * 2 + head]);
    }
  }
}

// The slopes that the paper (arXiv 2108.12409) names for 8 heads, and those of 12 in its code.
TEST(DistanceSlopes, EqualThePublished) {
  EXPECT_EQ(DistanceSlopes(8),
            (std::vector<float>{0.5F, 0.25F, 0.125F, 0.0625F, 0.03125F, 0.015625F, 0.0078125F, 0.00390625F}));
  const std::vector<float> twelve = DistanceSlopes(12);
  ASSERT_EQ(twelve.size(), 12U);
  EXPECT_FLOAT_EQ(twelve[7], 0.00390625F);
  EXPECT_FLOAT_EQ(twelve[8], 0.70710678F);
  EXPECT_FLOAT_EQ(twelve[11], 0.08838835F);
}

}  // namespace
}  // namespace lengthwise
