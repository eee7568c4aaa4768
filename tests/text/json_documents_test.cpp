#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/temporary_folder.h"
#include "text/byte_source.h"
#include "text/document_readers.h"

namespace lengthwise {
namespace {

using Lines = std::vector<std::string>;

// Gives out one byte at a time, as a slow pipe does.
class SlowSource : public ByteSource {
 public:
  explicit SlowSource(std::string_view bytes) : bytes_(bytes) {}
  std::size_t Read(char* to, std::size_t) override {
    if (bytes_.empty()) return 0;
    *to = bytes_[0];
    bytes_.remove_prefix(1);
    return 1;
  }
  std::size_t left() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

// Documents as "id|title|text".
DocumentCallback Into(Lines& lines) {
  return
      [&](Document&& document) { lines.push_back(document.id + "|" + document.title + "|" + document.text); };
}

Lines ReadArray(std::string_view json, const FieldNames& fields = {}) {
  Lines lines;
  SlowSource source(json);
  const std::size_t count = ReadJsonArray(source, "d.json", fields, Into(lines));
  EXPECT_EQ(count, lines.size());
  return lines;
}

std::string ArrayRefusal(std::string_view json, const FieldNames& fields = {}) {
  return ErrorOf([&] { ReadArray(json, fields); });
}

Lines ReadLines(std::string_view json, const FieldNames& fields = {}) {
  Lines lines;
  MemorySource source(json);
  ReadJsonLines(source, "d.jsonl", fields, Into(lines));
  return lines;
}

TEST(JsonDocumentsTest, AnArrayHoldsObjectsAndStrings) {
  EXPECT_EQ(
      ReadArray(
          " [ {\"text\": \"o\\u006ee\", \"_id\": \"a\", \"title\": \"T\"}, \"two\",\n"
          "{\"n\": [{\"text\": \"not this\"}, [[]]], \"m\": {\"text\": \"nor this\"}, \"text\": \"\"}]\n"),
      (Lines{"a|T|one", "2||two", "3||"}));
  EXPECT_EQ(ReadArray("[]"), Lines{});
}

TEST(JsonDocumentsTest, AnElementIsGivenOutBeforeTheNextIsRead) {
  SlowSource source("[\"one\", \"two\", \"three\"]");
  std::vector<std::size_t> left;
  ReadJsonArray(source, "d.json", {}, [&](Document&&) { left.push_back(source.left()); });
  EXPECT_EQ(left, (std::vector<std::size_t>{17, 10, 1}));
}

TEST(JsonDocumentsTest, FieldsAreNamedByTheUser) {
  const FieldNames fields = {.text = "body", .id = "key", .title = "head"};
  const std::string object = R"({"key": 12, "text": "no", "body": "yes", "head": "H"})";
  EXPECT_EQ(ReadArray("[" + object + "]", fields), (Lines{"12|H|yes"}));
  EXPECT_EQ(ReadLines(object, fields), (Lines{"12|H|yes"}));
  EXPECT_EQ(ReadLines(R"({"key": -3, "body": "yes"})", fields), (Lines{"-3||yes"}));
  ExpectError(ErrorOf([&] { ReadLines(R"({"body": "yes"})", fields); }), "bad_input",
              "d.jsonl:1: \"key\" is missing");
  ExpectError(ErrorOf([&] { ReadLines(R"({"a": 1, "b": {"c": 2}})", fields); }), "bad_input",
              "d.jsonl:1: \"body\" is missing; the object has \"a\", \"b\"; the option text-field says");
  ExpectError(ErrorOf([&] { ReadLines(R"({"key": true, "body": "yes"})", fields); }), "bad_input",
              "\"key\" is boolean, not a string");
}

TEST(JsonDocumentsTest, AnElementThatIsNoDocumentIsNamed) {
  ExpectError(ArrayRefusal("[\"x\",\n 7]"), "bad_input",
              "d.json:2: element 2: expected an object with \"text\", or a string, and found: number");
  ExpectError(ArrayRefusal("[\"x\", []]"), "bad_input", "element 2: expected an object");
  ExpectError(ArrayRefusal("[null]"), "bad_input", "element 1: expected an object");
  ExpectError(ArrayRefusal("[{\"title\": \"x\"}]"), "bad_input", "d.json:1: element 1: \"text\" is missing");
  ExpectError(ArrayRefusal("[{\"text\": {\"a\": 1}}]"), "bad_input", "\"text\" is object, not a string");
  ExpectError(ArrayRefusal("{\"text\": \"x\"}"), "bad_input", "d.json: expected one JSON array");
  ExpectError(ArrayRefusal("\"x\""), "bad_input", "d.json: expected one JSON array");
  ExpectError(ArrayRefusal("7"), "bad_input", "d.json: expected one JSON array");
  ExpectError(ArrayRefusal("[{\"text\": \"\", \"_id\": \"a\"},\n{\"text\": \"\", \"_id\": \"a\"}]"),
              "bad_input", "d.json:2: element 2: \"_id\" a stands in element 1 already");
}

TEST(JsonDocumentsTest, AnArrayThatIsNotJsonIsNamedWithTheByte) {
  ExpectError(ArrayRefusal("[\"x\", \"y"), "bad_input", "element 2: not valid JSON: the file ends inside it");
  ExpectError(ArrayRefusal("[\"x\"]\n]"), "bad_input", "d.json:2: element 2: not valid JSON at byte 7");
  ExpectError(ArrayRefusal("[\"x\" \"y\"]"), "bad_input", "not valid JSON at byte");
  ExpectError(ArrayRefusal("[\"\xFF\"]"), "bad_input", "not valid UTF-8 at byte 3");
  ExpectError(ArrayRefusal("[1e999]"), "bad_input", "a number is too large");
  ExpectError(ArrayRefusal(std::string(300000, '[')), "bad_input", "element 1: expected an object");
}

TEST(JsonDocumentsTest, AnObjectLaidOutOverLinesIsRecognised) {
  for (const char* start : {"{", "{ \"text\": \"x\",", "{\"rows\": ["}) {
    ExpectError(
        ErrorOf([&] { ReadLines(std::string("\n") + start + "\n\"a\": 1}\n"); }), "bad_input",
        "d.jsonl:2: not valid JSON: the object does not end on its line; JSONL has one object a line");
  }
}

}  // namespace
}  // namespace lengthwise
