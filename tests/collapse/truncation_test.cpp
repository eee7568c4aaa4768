#include "collapse/truncation.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "lengthwise/error.h"

namespace lengthwise {
namespace {

struct Item {
  std::uint64_t key = 0;
  std::size_t tokens = 0;
};

const std::vector<std::size_t> kLengths = {16, 32, 64, 128};
constexpr std::size_t kMinimum = 5;
constexpr std::size_t kCapacity = 12;

// Many short documents, few long ones.
std::vector<Item> Items(std::size_t count, Random& random) {
  std::vector<Item> items;
  for (std::size_t i = 0; i < count; ++i) {
    const double u = random.Uniform();
    items.push_back({random.Next(), 10 + static_cast<std::size_t>(200 * u * u * u)});
  }
  return items;
}

struct Streamed {
  LengthCounts counts{std::span(kLengths)};
  std::vector<Item> kept;
  std::size_t most = 0;  // held at a time
};

Streamed Stream(std::span<const Item> items) {
  Streamed streamed;
  for (const Item& item : items) {
    streamed.counts.Add(item.tokens);
    streamed.kept.push_back(item);
    BoundTruncated(streamed.kept, streamed.counts, kMinimum, kCapacity);
    streamed.most = std::max(streamed.most, streamed.kept.size());
  }
  KeepTruncated(streamed.kept, streamed.counts, kMinimum, kCapacity);
  return streamed;
}

// The definition, from all documents at once: the keys of the arm and of those that a merge may need.
std::set<std::uint64_t> Expected(std::span<const Item> items) {
  std::size_t used = 0;
  for (std::size_t l = 0; l < kLengths.size(); ++l) {
    const auto reach = std::count_if(items.begin(), items.end(),
                                     [&](const Item& item) { return item.tokens >= kLengths[l]; });
    if (static_cast<std::size_t>(reach) >= kMinimum) used = l + 1;
  }
  used = std::max<std::size_t>(used, 2);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranks;
  std::set<std::uint64_t> expected;
  for (const Item& item : items) {
    if (item.tokens >= kLengths[used - 1]) ranks.emplace_back(SampleRank(item.key), item.key);
    if (used < kLengths.size() && item.tokens >= kLengths[used]) expected.insert(item.key);
  }
  std::sort(ranks.begin(), ranks.end());
  for (std::size_t i = 0; i < std::min(kCapacity, ranks.size()); ++i) expected.insert(ranks[i].second);
  return expected;
}

std::set<std::uint64_t> Keys(std::span<const Item> items) {
  std::set<std::uint64_t> keys;
  for (const Item& item : items) keys.insert(item.key);
  return keys;
}

TEST(KeepTruncated, KeepsWhatItsDefinitionSaysWhateverStreamsPast) {
  Random random(7);
  for (std::size_t count = 0; count < 400; count += 7) {
    const std::vector<Item> items = Items(count, random);
    EXPECT_EQ(Keys(Stream(items).kept), Expected(items)) << count;
  }
}

TEST(KeepTruncated, OfPartsMergedInAnyOrderIsThatOfTheWhole) {
  Random random(8);
  for (std::size_t trial = 0; trial < 60; ++trial) {
    const std::vector<Item> items = Items(20 + random.Below(300), random);
    const std::size_t split = random.Below(items.size());
    const Streamed first = Stream(std::span(items).first(split));
    const Streamed second = Stream(std::span(items).subspan(split));
    for (const bool swapped : {false, true}) {
      Streamed merged = swapped ? second : first;
      const Streamed& other = swapped ? first : second;
      merged.counts.Merge(other.counts);
      merged.kept.insert(merged.kept.end(), other.kept.begin(), other.kept.end());
      KeepTruncated(merged.kept, merged.counts, kMinimum, kCapacity);
      EXPECT_EQ(Keys(merged.kept), Expected(items));
      EXPECT_EQ(merged.counts.at_least, Stream(items).counts.at_least);
    }
  }
}

TEST(KeepTruncated, HoldsABoundedNumberOfDocuments) {
  Random random(9);
  EXPECT_LE(Stream(Items(20000, random)).most, 2 * (kCapacity + kMinimum) + 1);
}

TEST(KeepTruncated, KeepsNothingWhereOneLengthMakesNoArm) {
  std::vector<Item> items = {{1, 100}, {2, 200}};
  const std::vector<std::size_t> one = {16};
  KeepTruncated(items, LengthCounts(one), 2, 10);
  EXPECT_TRUE(items.empty());
}

LengthCounts CountsOf(std::span<const std::size_t> lengths, const std::vector<std::size_t>& documents) {
  LengthCounts counts(lengths);
  for (const std::size_t tokens : documents) counts.Add(tokens);
  return counts;
}

TEST(UsedLengths, AreAllWhereEnoughDocumentsAreLong) {
  const std::vector<std::size_t> lengths = {16, 256, 512};
  std::vector<std::string> notes;
  EXPECT_EQ(UsedLengths(CountsOf(lengths, {512, 100, 700, 513}), 3, notes), 3U);
  EXPECT_TRUE(notes.empty());
}

TEST(UsedLengths, GiveUpThoseThatTooFewDocumentsReachAndSaySo) {
  const std::vector<std::size_t> lengths = {16, 256, 384, 512};
  std::vector<std::string> notes;
  const LengthCounts counts = CountsOf(lengths, {512, 300, 260, 256, 90});
  EXPECT_EQ(UsedLengths(counts, 4, notes), 2U);
  EXPECT_EQ(counts.at_least[1], 4U);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("ends at 256 tokens instead of 512: 1 of 5 documents"), std::string::npos)
      << notes[0];
}

TEST(UsedLengths, AreNoneAndSaySoWhereNoTwoAreReached) {
  for (const std::vector<std::size_t>& lengths :
       {std::vector<std::size_t>{16, 32}, std::vector<std::size_t>{16}}) {
    std::vector<std::string> notes;
    EXPECT_EQ(UsedLengths(CountsOf(lengths, {20, 25, 40}), 2, notes), 0U);
    EXPECT_EQ(notes.size(), 1U);
  }
}

TEST(LengthCounts, OfOtherLengthsAreNotMerged) {
  const std::vector<std::size_t> other = {16, 32};
  LengthCounts counts{std::span(kLengths)};
  EXPECT_THROW(counts.Merge(LengthCounts(other)), Error);
}

}  // namespace
}  // namespace lengthwise
