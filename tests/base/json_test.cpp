#include "base/json.h"

#include <gtest/gtest.h>

#include "base/temporary_folder.h"

namespace lengthwise {
namespace {

constexpr ErrorCode kBad = ErrorCode::kBadCheckpoint;

TEST(JsonTest, TextThatIsNotJsonIsNamedWithThePlace) {
  // The parser stops at the third character, counted from 1.
  EXPECT_EQ(ErrorOf([] { ParseJson("[1}", "data.jsonl:7", ErrorCode::kBadInput); }),
            "bad_input: data.jsonl:7: not valid JSON at byte 3 of 3");
  EXPECT_EQ(ErrorOf([] { ParseJson("", "x", kBad); }), "bad_checkpoint: x: not valid JSON: there is nothing");
  EXPECT_EQ(ParseJson(" {\"a\": [1, 2]} ", "x", kBad), Json({{"a", {1, 2}}}));
}

TEST(JsonTest, ANumberBeyondDoubleIsRefused) {
  EXPECT_EQ(ErrorOf([] { ParseJson("[1e999]", "x", kBad); }),
            "bad_checkpoint: x: JSON that cannot be held: a number is too large");
}

TEST(JsonTest, InvalidUtf8IsNotJson) {
  ExpectError(ErrorOf([] { ParseJson("\"\xFF\"", "x", kBad); }), "bad_checkpoint",
              "x: not valid JSON at byte 2");
}

TEST(JsonTest, AFileMustHoldAnObject) {
  const TemporaryFolder folder;
  EXPECT_EQ(ReadJsonObject(folder.Put("good.json", "{\"a\": 1}"), kBad)["a"], 1);
  ExpectError(ErrorOf([&] { ReadJsonObject(folder.Put("list.json", "[]"), kBad); }), "bad_checkpoint",
              "list.json: expected a JSON object");
  ExpectError(ErrorOf([&] { ReadJsonObject(folder.Put("cut.json", "{\"a\":"), kBad); }), "bad_checkpoint",
              "cut.json: not valid JSON: it ends after 5 bytes, in the middle of a value");
  ExpectError(ErrorOf([&] { ReadJsonObject(folder.path() / "absent.json", kBad); }), "io", "absent.json");
}

TEST(JsonTest, AMemberThatIsAbsentOrNullGivesTheFallback) {
  const Json object = {{"size", 3}, {"name", nullptr}};
  EXPECT_EQ(JsonMember(object, "size", 9, "x", kBad), 3);
  EXPECT_EQ(JsonMember(object, "other", 9, "x", kBad), 9);
  EXPECT_EQ(JsonMember<std::string>(object, "name", "none", "x", kBad), "none");
}

TEST(JsonTest, AMemberOfAnotherTypeIsNamedWithItsValue) {
  const Json object = {{"size", "three"}};
  EXPECT_EQ(ErrorOf([&] { JsonMember(object, "size", 9, "config.json", kBad); }),
            "bad_checkpoint: config.json: \"size\" has the wrong type: \"three\"");
}

TEST(JsonTest, ARequiredMemberMustBeThere) {
  EXPECT_EQ(RequiredJsonMember<int>(Json{{"size", 3}}, "size", "x", kBad), 3);
  EXPECT_EQ(ErrorOf([] { RequiredJsonMember<int>(Json::object(), "size", "config.json", kBad); }),
            "bad_checkpoint: config.json: \"size\" is missing");
}

}  // namespace
}  // namespace lengthwise
