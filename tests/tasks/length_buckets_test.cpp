#include "tasks/length_buckets.h"

#include <gtest/gtest.h>

namespace lengthwise {
namespace {

using Units = std::vector<std::uint32_t>;

TEST(BucketUnits, FixedBucketsEndAtPowersOfTwoFrom32) {
  const std::vector<std::size_t> lengths = {32, 33, 0, 64, 5, 1000, 65};
  const std::vector<UnitBucket> buckets = BucketUnits(lengths, BucketKind::kFixed);
  ASSERT_EQ(buckets.size(), 4U);
  EXPECT_EQ(buckets[0].units, (Units{0, 4}));
  EXPECT_EQ(buckets[0].from, 1U);
  EXPECT_EQ(buckets[0].to, 32U);
  EXPECT_DOUBLE_EQ(buckets[0].length, 18.5);
  EXPECT_EQ(buckets[1].units, (Units{1, 3}));
  EXPECT_EQ(buckets[1].from, 33U);
  EXPECT_EQ(buckets[2].units, Units{6});
  EXPECT_EQ(buckets[2].to, 128U);
  EXPECT_EQ(buckets[3].units, Units{5});
  EXPECT_EQ(buckets[3].from, 513U);
}

TEST(BucketUnits, EqualCountBucketsHoldAQuarterEach) {
  const std::vector<std::size_t> lengths = {80, 10, 20, 70, 30, 0, 60, 40, 50};
  const std::vector<UnitBucket> buckets = BucketUnits(lengths, BucketKind::kEqualCount);
  ASSERT_EQ(buckets.size(), 4U);
  EXPECT_EQ(buckets[0].units, (Units{1, 2}));
  EXPECT_EQ(buckets[1].units, (Units{4, 7}));
  EXPECT_EQ(buckets[3].units, (Units{0, 3}));
  EXPECT_EQ(buckets[3].from, 70U);
  EXPECT_EQ(buckets[3].to, 80U);
}

TEST(BucketUnits, EqualLengthsStandInOneBucket) {
  const std::vector<std::size_t> lengths = {7, 7, 7, 7, 7, 7, 9, 8};
  const std::vector<UnitBucket> buckets = BucketUnits(lengths, BucketKind::kEqualCount);
  ASSERT_EQ(buckets.size(), 2U);
  EXPECT_EQ(buckets[0].units.size(), 6U);
  EXPECT_EQ(buckets[1].units, (Units{6, 7}));
  EXPECT_TRUE(BucketUnits(std::vector<std::size_t>{0, 0}, BucketKind::kEqualCount).empty());
}

}  // namespace
}  // namespace lengthwise
