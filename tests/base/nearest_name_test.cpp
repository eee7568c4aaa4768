#include "base/nearest_name.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace lengthwise {
namespace {

const std::vector<std::string> kCommands = {"embed", "measure", "merge", "evaluate", "datasets"};

// Distances counted by hand.
TEST(EditDistance, CountsInsertionsRemovalsChangesAndExchanges) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("abc", ""), 3U);
  EXPECT_EQ(EditDistance("embed", "embed"), 0U);
  EXPECT_EQ(EditDistance("embd", "embed"), 1U);
  EXPECT_EQ(EditDistance("embbed", "embed"), 1U);
  EXPECT_EQ(EditDistance("embad", "embed"), 1U);
  EXPECT_EQ(EditDistance("ebmed", "embed"), 1U);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
  EXPECT_EQ(EditDistance("ab", "ba"), 1U);
  // Nothing is edited twice: with that, it would be 2.
  EXPECT_EQ(EditDistance("ca", "abc"), 3U);
}

TEST(EditDistance, IsTheSameBothWays) {
  const std::array<std::string, 6> names = {"", "a", "merge", "measure", "emrge", "datasets"};
  for (const std::string& a : names) {
    for (const std::string& b : names) EXPECT_EQ(EditDistance(a, b), EditDistance(b, a)) << a << ' ' << b;
  }
}

TEST(NearestName, IsTheOneThatWasMeant) {
  EXPECT_EQ(NearestName("embd", kCommands), "embed");
  EXPECT_EQ(NearestName("EMBED", kCommands), "embed");
  EXPECT_EQ(NearestName("evalaute", kCommands), "evaluate");
  EXPECT_EQ(NearestName("dataset", kCommands), "datasets");
  EXPECT_EQ(NearestName("mesure", kCommands), "measure");
}

TEST(NearestName, IsWhatBeginsSo) {
  EXPECT_EQ(NearestName("eval", kCommands), "evaluate");
  // Two begin so, and too little of a name says nothing.
  EXPECT_EQ(NearestName("em", kCommands), "");
  EXPECT_EQ(NearestName("dat", std::vector<std::string>{"data-a", "data-b"}), "");
}

TEST(NearestName, IsNoneWhereNoneIsNear) {
  EXPECT_EQ(NearestName("frobnicate", kCommands), "");
  EXPECT_EQ(NearestName("", kCommands), "");
  EXPECT_EQ(NearestName("x", std::vector<std::string>{"y"}), "");
  EXPECT_EQ(NearestName("embed", {}), "");
}

TEST(NearestName, StandsBehindAMessage) {
  EXPECT_EQ(DidYouMean("embd", kCommands), "; did you mean embed?");
  EXPECT_EQ(DidYouMean("frobnicate", kCommands), "");
}

}  // namespace
}  // namespace lengthwise
