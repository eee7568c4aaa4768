#include "lengthwise/position_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "encoder/encoder.h"
#include "refusal.h"

namespace lengthwise {
namespace {

using testing::Refusal;

#define EXPECT_HAS(message, part) EXPECT_NE((message).find(part), std::string::npos) << (message)

constexpr std::size_t kHidden = 3;
constexpr std::size_t kRows = 512;
constexpr std::size_t kOffset = 2;

// Row r, component c; far from linear in r.
float Entry(std::size_t r, std::size_t c) {
  return std::sin(static_cast<float>((r + 1) * (7 * c + 3)));
}

std::vector<float> Table(std::size_t rows) {
  std::vector<float> table;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < kHidden; ++c) table.push_back(Entry(r, c));
  }
  return table;
}

// The place that each position reads, by hand.
void ExpectPlaces(const std::string& text, std::size_t rows, const std::function<double(double)>& place) {
  SCOPED_TRACE(text);
  const PositionMap map = ParsePositionMap(text);
  EXPECT_EQ(FormatPositionMap(map), text);
  map.Check(kRows, kHidden);
  const std::vector<float> table = Table(kOffset + kRows);
  const std::vector<float> mapped = map.Apply(table, kOffset, kHidden);
  ASSERT_EQ(mapped.size(), (kOffset + rows) * kHidden);
  EXPECT_TRUE(std::equal(table.begin(), table.begin() + kOffset * kHidden, mapped.begin()));
  for (std::size_t i = 0; i < rows; ++i) {
    const double at = place(static_cast<double>(i));
    const auto below = static_cast<std::size_t>(at + 1e-9);
    const double part = std::max(0.0, at - static_cast<double>(below));
    for (std::size_t c = 0; c < kHidden; ++c) {
      const double low = Entry(kOffset + below, c);
      const double expected = part < 1e-9 ? low : low + part * (Entry(kOffset + below + 1, c) - low);
      const float found = mapped[(kOffset + i) * kHidden + c];
      if (part < 1e-9) {
        ASSERT_EQ(found, Entry(kOffset + below, c)) << i;
      } else {
        ASSERT_NEAR(found, expected, 1e-6) << i;
      }
    }
  }
}

TEST(PositionMap, ReadsTheRowsThatItsDefinitionSays) {
  const auto squeezed = [](double i) { return i < 96 ? i : 96 + (i - 96) * 30 / 415; };
  ExpectPlaces("squeeze:96:126", kRows, squeezed);
  ExpectPlaces("group:96:126", kRows, [&](double i) { return std::floor(squeezed(i) + 1e-9); });
  ExpectPlaces("repeat:63:126", kRows, [](double i) { return i <= 126 ? i : 63 + std::fmod(i - 127, 64); });
  ExpectPlaces("clamp:126", kRows, [](double i) { return std::min(i, 126.0); });
  ExpectPlaces("interpolate:128", kRows, [](double i) { return std::min(i / 4, 127.0); });
  ExpectPlaces("group:128", kRows, [](double i) { return std::floor(i / 4); });
}

// As LongEmbed extends a model of 512 positions to 2,048.
TEST(PositionMap, GivesAModelMorePositions) {
  ExpectPlaces("interpolate:512@2048", 2048, [](double i) { return std::min(i / 4, 511.0); });
  ExpectPlaces("group:512@2048", 2048, [](double i) { return std::floor(i / 4); });
  ExpectPlaces("repeat:0:511@2048", 2048, [](double i) { return std::fmod(i, 512); });
  ExpectPlaces("clamp:40@80", 80, [](double i) { return std::min(i, 40.0); });
}

TEST(PositionMap, TakesATableLearnedElsewhere) {
  PositionMap map;
  map.kind = PositionMapKind::kTable;
  map.rows = 4;
  map.dimension = kHidden;
  for (int i = 0; i < 12; ++i) map.table.push_back(static_cast<float>(i));
  map.Check(kRows, kHidden);
  const std::vector<float> mapped = map.Apply(Table(kOffset + kRows), kOffset, kHidden);
  ASSERT_EQ(mapped.size(), (kOffset + 4) * kHidden);
  EXPECT_TRUE(std::equal(map.table.begin(), map.table.end(), mapped.begin() + kOffset * kHidden));
  EXPECT_EQ(FormatPositionMap(map), "table");
  EXPECT_HAS(Refusal([&] { map.Check(kRows, kHidden + 1); }), "rows of 3 numbers");
  map.table[5] = NAN;
  EXPECT_HAS(Refusal([&] { map.Check(kRows, kHidden); }), "NaN");
}

TEST(PositionMap, TheDefaultChangesNothing) {
  EXPECT_TRUE(PositionMap{}.IsIdentity());
  EXPECT_EQ(ParsePositionMap("none"), PositionMap{});
  EXPECT_EQ(FormatPositionMap({}), "none");
  EXPECT_EQ(PositionMap{}.Apply(Table(9), kOffset, kHidden), Table(9));
  PositionMap{}.Check(0, kHidden);
}

TEST(PositionMap, WhatIsNoMapIsRefusedWithTheChoices) {
  for (const char* text :
       {"", "squeeze", "squeeze:96", "squeeze:96:126:3", "squeeze:-1:4", "squeeze:a:4", "clamp:", "clamp:1@",
        "clamp:1@x", "interpolate:1:2", "Squeeze:96:126", "table", "none:1"}) {
    EXPECT_HAS(Refusal([&] { ParsePositionMap(text); }), "squeeze:FIRST:LAST") << text;
  }
  EXPECT_HAS(Refusal([] { ParsePositionMap("repeat:9:4"); }), "lower one first");
  EXPECT_HAS(Refusal([] { ParsePositionMap("group:0"); }), "1 or more");
  EXPECT_HAS(Refusal([] { ParsePositionMap("clamp:4@0"); }), "no position");
}

TEST(PositionMap, WhatDoesNotFitTheModelIsRefusedByName) {
  const auto refusal = [](const char* text, std::size_t positions) {
    return Refusal([&] { ParsePositionMap(text).Check(positions, kHidden); });
  };
  EXPECT_HAS(refusal("squeeze:96:126", 0), "squeeze:96:126 has no effect: the model has no table");
  EXPECT_HAS(refusal("squeeze:96:126", 126), "positions 0 to 125");
  EXPECT_HAS(refusal("interpolate:129", 128), "does not fit");
  EXPECT_HAS(refusal("clamp:511", 512), "moves none of the model's 512 positions");
  EXPECT_HAS(refusal("interpolate:512", 512), "moves none");
  EXPECT_HAS(refusal("squeeze:96:126@100", 512), "leaves 100 positions");
  EXPECT_HAS(refusal("clamp:4@20000", 512), "the most is 16384");
}

// The states of a sequence under a map, in a model with or without a relative bias beside the table.
std::vector<float> States(const char* model, const std::vector<std::int32_t>& ids, const char* map) {
  const Checkpoint checkpoint = OpenCheckpoint(std::filesystem::path(LENGTHWISE_TEST_DATA) / model);
  ThreadPool pool(1);
  const Encoder encoder(checkpoint, MakeModelSpec(checkpoint), pool);
  const Encoder mapped = encoder.WithPositions(ParsePositionMap(map));
  PackedBatch batch;
  batch.Add(ids);
  EncoderWorkspace workspace;
  mapped.Run(batch, workspace, {});
  return {workspace.hidden.data(), workspace.hidden.data() + ids.size() * mapped.spec().hidden};
}

TEST(Encoder, ShortTextsDoNotFeelAMapOfLaterPositions) {
  for (const char* model : {"tiny_bert", "tiny_mpnet"}) {
    const std::vector<std::int32_t> brief(20, 5);
    const std::vector<std::int32_t> longer(60, 5);
    EXPECT_EQ(States(model, brief, "squeeze:20:30"), States(model, brief, "none")) << model;
    EXPECT_NE(States(model, longer, "squeeze:20:30"), States(model, longer, "none")) << model;
    // Of more positions than the model has, as far as it has them.
    EXPECT_EQ(States(model, longer, "repeat:0:59@200"), States(model, longer, "none")) << model;
    EXPECT_EQ(States(model, std::vector<std::int32_t>(200, 5), "repeat:0:59@200").size() % 200, 0U) << model;
  }
}

}  // namespace
}  // namespace lengthwise
