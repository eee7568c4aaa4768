#include "embedding/batching.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"

namespace lengthwise {
namespace {

TEST(Batches, HoldEverySequenceOnceInOrderWithinTheBudget) {
  Random random(1);
  std::vector<std::size_t> lengths(500);
  for (std::size_t& length : lengths) length = 2 + random.Below(600);
  for (const std::size_t threads : {1, 2, 8}) {
    std::size_t next = 0;
    for (const BatchRange& batch : MakeBatches(lengths, threads, 480)) {
      EXPECT_EQ(batch.begin, next);
      ASSERT_GT(batch.end, batch.begin);
      std::size_t tokens = 0;
      for (std::size_t s = batch.begin; s < batch.end; ++s) tokens += lengths[s];
      EXPECT_TRUE(tokens <= 480 || batch.end - batch.begin == 1);
      next = batch.end;
    }
    EXPECT_EQ(next, lengths.size());
  }
}

TEST(Batches, GrowSmallerTowardsTheEndSoThatThreadsFinishTogether) {
  const std::vector<std::size_t> lengths(1000, 10);
  const std::vector<BatchRange> batches = MakeBatches(lengths, 2, 480);
  EXPECT_EQ(batches.front().end - batches.front().begin, 48U);
  EXPECT_LE(batches.back().end - batches.back().begin, 12U);
}

TEST(Batches, AreOneForAFewShortSequences) {
  const std::vector<std::size_t> lengths(5, 12);
  EXPECT_EQ(MakeBatches(lengths, 2, 480).size(), 1U);
  EXPECT_TRUE(MakeBatches({}, 2, 480).empty());
}

}  // namespace
}  // namespace lengthwise
