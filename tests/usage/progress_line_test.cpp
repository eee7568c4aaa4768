#include "usage/progress_line.h"

#include <gtest/gtest.h>

namespace lengthwise {
namespace {

TEST(SecondsLeft, IsTheRestAtTheRateSoFar) {
  EXPECT_EQ(SecondsLeft(10, 25, 100, 0), 30);
  EXPECT_EQ(SecondsLeft(10, 100, 100, 0), 0);
}

// 900 of 1,000 were there before; the 20 since took ten seconds, and 80 are left.
TEST(SecondsLeft, IsNotFooledByWhatCostNothing) {
  EXPECT_EQ(SecondsLeft(10, 920, 1000, 900), 40);
}

TEST(SecondsLeft, IsNotKnownBeforeAnyWork) {
  EXPECT_FALSE(SecondsLeft(10, 0, 100, 0));
  EXPECT_FALSE(SecondsLeft(10, 50, 100, 50));
  EXPECT_FALSE(SecondsLeft(10, 101, 100, 0)) << "more than was planned";
}

}  // namespace
}  // namespace lengthwise
