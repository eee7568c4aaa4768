#include "lengthwise/repair.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "lengthwise/error.h"

namespace lengthwise {
namespace {

// tests/data/repair holds files that a reader must take and files that it must refuse; the JSON schema is
// held to the same ones by tests/python/test_repair_schema.py.
std::vector<std::filesystem::path> Examples(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(LENGTHWISE_TEST_DATA) / "repair" / folder)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  EXPECT_GE(paths.size(), 10U);
  return paths;
}

Repair Example(const char* name) {
  return ReadRepair(std::filesystem::path(LENGTHWISE_TEST_DATA) / "repair" / "valid" / name);
}

void ExpectSame(const Repair& a, const Repair& b) {
  EXPECT_EQ(a.attention.temperature, b.attention.temperature);
  EXPECT_EQ(a.attention.by_head, b.attention.by_head);
  EXPECT_EQ(a.attention.by_length, b.attention.by_length);
  EXPECT_EQ(a.attention.attn_scale, b.attention.attn_scale);
  EXPECT_EQ(a.attention.attn_scale_by_head, b.attention.attn_scale_by_head);
  EXPECT_EQ(a.attention.top_k, b.attention.top_k);
  EXPECT_EQ(a.attention.calibration, b.attention.calibration);
  EXPECT_EQ(a.positions, b.positions);
  EXPECT_EQ(a.long_input.kind, b.long_input.kind);
  EXPECT_EQ(a.long_input.window, b.long_input.window);
  EXPECT_EQ(a.long_input.stride, b.long_input.stride);
  EXPECT_EQ(a.attention.reading, b.attention.reading);
  EXPECT_EQ(a.post_process.spec, b.post_process.spec);
  EXPECT_EQ(a.post_process.dimension, b.post_process.dimension);
  EXPECT_EQ(a.post_process.document_mean, b.post_process.document_mean);
  EXPECT_EQ(a.post_process.query_mean, b.post_process.query_mean);
  EXPECT_EQ(a.post_process.map, b.post_process.map);
  EXPECT_EQ(a.post_process.each_window, b.post_process.each_window);
  EXPECT_EQ(a.origin, b.origin);
}

std::string Refusal(std::string_view json, ErrorCode code) {
  try {
    ParseRepair(json, "lengthwise.json");
  } catch (const Error& error) {
    EXPECT_STREQ(ErrorCodeName(error.code()), ErrorCodeName(code)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << json;
  return "";
}

TEST(Repair, TheExamplesMeanWhatTheySay) {
  ExpectSame(Example("nothing.json"), Repair{});
  EXPECT_TRUE(Example("nothing.json").attention.IsIdentity());
  EXPECT_EQ(Example("one_temperature.json").attention.temperature, 0.8F);
  using ByHead = std::vector<std::vector<float>>;
  EXPECT_EQ(Example("by_layer.json").attention.by_head, (ByHead{{1.0F}, {0.9F}, {0.8F}}));
  EXPECT_EQ(Example("by_head.json").attention.by_head, (ByHead{{1.0F, 0.9F}, {0.8F, 1.25F}}));
  EXPECT_EQ(Example("by_head_one_for_a_layer.json").attention.by_head, (ByHead{{1.0F, 0.9F}, {0.8F}}));
  EXPECT_EQ(Example("error.json").long_input.kind, LongInputKind::kError);
  EXPECT_EQ(Example("window_mean.json").long_input.kind, LongInputKind::kWindowMean);
  EXPECT_EQ(Example("windows.json").long_input.window, 256U);
  EXPECT_EQ(Example("windows.json").long_input.stride, 192U);
  EXPECT_EQ(Example("reading_logits.json").attention.reading, TemperatureReading::kLogits);
  EXPECT_EQ(Example("by_length_log.json").attention.by_length.base, 128U);
  EXPECT_EQ(Example("by_length_points.json").attention.by_length.At(512), 0.8F);
  EXPECT_EQ(Example("attn_scale.json").attention.attn_scale, 0.5F);
  EXPECT_EQ(Example("attn_scale.json").attention.top_k, 32U);
  EXPECT_EQ(Example("calibration.json").attention.calibration, ParseAttentionCalibration("0.5:64:1"));
  EXPECT_EQ(Example("attn_scale_by_layer.json").attention.attn_scale_by_head,
            (ByHead{{0.5F}, {-0.25F}, {0.0F}}));
  EXPECT_EQ(Example("positions_squeeze.json").positions, ParsePositionMap("squeeze:96:126"));
  EXPECT_EQ(Example("positions_repeat_more.json").positions.rows, 4096U);
  const PositionMap table = Example("positions_table.json").positions;
  EXPECT_EQ(table.kind, PositionMapKind::kTable);
  EXPECT_EQ(table.table, (std::vector<float>{0.5F, -0.25F, 1, 2, 3, 4}));
  EXPECT_EQ(table.model, "0123");
  const PostProcess whiten = Example("whiten.json").post_process;
  EXPECT_EQ(FormatPostProcessSpec(whiten.spec), "whiten:0.3");
  EXPECT_EQ(whiten.document_mean, (std::vector<float>{0.5F, -0.25F}));
  EXPECT_EQ(whiten.query_mean, (std::vector<float>{1.0F, 2.0F}));
  EXPECT_EQ(whiten.map, (std::vector<float>{1.0F, 0.5F, 0.5F, 2.0F}));
  EXPECT_EQ(Example("whiten.json").origin.queries, 40U);
  EXPECT_FALSE(Example("center.json").post_process.NeedsRole());
  EXPECT_TRUE(Example("abtt_each_window.json").post_process.each_window);
}

TEST(Repair, EveryExampleSurvivesWritingAndReading) {
  for (const std::filesystem::path& path : Examples("valid")) {
    SCOPED_TRACE(path.filename());
    const Repair repair = ReadRepair(path);
    ExpectSame(ParseRepair(FormatRepair(repair), "again"), repair);
  }
}

TEST(Repair, TemperaturesSurviveBitForBit) {
  Random random(1);
  Repair repair;
  repair.attention.by_head.resize(12);
  for (auto& heads : repair.attention.by_head) {
    for (int head = 0; head < 12; ++head)
      heads.push_back(static_cast<float>(std::pow(10.0, 5.9 * random.Uniform() - 2.95)));
  }
  ExpectSame(ParseRepair(FormatRepair(repair), "again"), repair);
}

TEST(Repair, NumbersAreWrittenAsPeopleWriteThem) {
  Repair repair;
  repair.attention.temperature = 0.8F;
  EXPECT_EQ(FormatRepair(repair), R"({
  "format": "lengthwise-repair",
  "version": 1,
  "attention": {
    "temperature": 0.8
  },
  "long_input": {
    "kind": "truncate"
  }
}
)");
}

TEST(Repair, WhatIsNotARepairIsRefusedWithTheFileName) {
  for (const std::filesystem::path& path : Examples("invalid")) {
    SCOPED_TRACE(path.filename());
    try {
      ReadRepair(path);
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(path.filename().string()), std::string::npos) << error.what();
    }
  }
}

TEST(Repair, AnUnknownMemberIsNamedWithTheKnownOnes) {
  const std::string message =
      Refusal(R"({"format":"lengthwise-repair","version":1,"long_inputs":{}})", ErrorCode::kBadInput);
  EXPECT_NE(message.find(
                "unknown member \"long_inputs\"; known: format, version, attention, positions, long_input, "
                "post_processing"),
            std::string::npos)
      << message;
}

TEST(Repair, ANewerVersionAsksForANewerProgram) {
  const std::string message =
      Refusal(R"({"format":"lengthwise-repair","version":2,"something_new":1})", ErrorCode::kUnsupported);
  EXPECT_NE(message.find("version 2 is newer"), std::string::npos) << message;
}

TEST(Repair, ABadTemperatureIsNamedWithItsPlace) {
  const std::string message =
      Refusal(R"({"format":"lengthwise-repair","version":1,"attention":{"temperature":[[1,1],[1,-2]]}})",
              ErrorCode::kBadInput);
  EXPECT_NE(message.find("attention.temperature[1][1]: -2"), std::string::npos) << message;
}

TEST(Repair, NestingOfAnyDepthIsRefused) {
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  const std::string head = R"({"format":"lengthwise-repair","version":1,)";
  Refusal(head + R"("attention":{"temperature":)" + deep + "}}", ErrorCode::kBadInput);
  Refusal(head + R"("long_input":{"kind":"window-mean","window":)" + deep + "}}", ErrorCode::kBadInput);
  Refusal(head + R"("post_processing":{"spec":)" + deep + "}}", ErrorCode::kBadInput);
}

TEST(Repair, AMissingFileIsAnIoError) {
  try {
    ReadRepair("/nonexistent/lengthwise.json");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
  }
}

TEST(Repair, AWrittenFileIsReadBack) {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / ("repair_" + std::to_string(::getpid()) + ".json");
  Repair repair = Example("windows.json");
  WriteRepair(repair, path);
  ExpectSame(ReadRepair(path), repair);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace lengthwise
