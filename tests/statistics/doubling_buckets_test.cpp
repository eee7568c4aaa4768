#include "statistics/doubling_buckets.h"

#include <gtest/gtest.h>

namespace lengthwise {
namespace {

TEST(DoublingBuckets, EndAtTheFirstLengthItsDoublesAndTheLongest) {
  EXPECT_EQ(DoublingBuckets(16, 100),
            (std::vector<LengthBucket>{{1, 16, false}, {17, 32, false}, {33, 64, false}, {65, 100, false}}));
  EXPECT_EQ(DoublingBuckets(32, 64), (std::vector<LengthBucket>{{1, 32, false}, {33, 64, false}}));
  EXPECT_EQ(DoublingBuckets(16, 8), (std::vector<LengthBucket>{{1, 8, false}}));
}

TEST(DoublingBucket, HoldsTheLength) {
  for (std::size_t tokens = 1; tokens <= 300; ++tokens) {
    const LengthBucket bucket = DoublingBucket(tokens, 32);
    EXPECT_LE(bucket.from, tokens);
    EXPECT_GE(bucket.to, tokens);
    EXPECT_EQ(bucket.from, bucket.to == 32 ? 1 : bucket.to / 2 + 1);
  }
}

}  // namespace
}  // namespace lengthwise
