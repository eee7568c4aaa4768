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

// Documents as "id|title|text".
Lines Read(std::string_view table, char separator = ',', const FieldNames& fields = {}) {
  Lines lines;
  MemorySource source(table);
  ReadTable(source, "d.csv", separator, fields, [&](Document&& document) {
    lines.push_back(document.id + "|" + document.title + "|" + document.text);
  });
  return lines;
}

std::string Refusal(std::string_view table, const FieldNames& fields = {}) {
  return ErrorOf([&] { Read(table, ',', fields); });
}

TEST(TableDocumentsTest, AHeaderNamesTheColumns) {
  EXPECT_EQ(Read("_id,other,text,title\na,1,one,T\nb,,two,\n"), (Lines{"a|T|one", "b||two"}));
  EXPECT_EQ(Read("text\none\ntwo"), (Lines{"1||one", "2||two"}));
  EXPECT_EQ(Read("\xEF\xBB\xBFtext\r\none\r\n"), (Lines{"1||one"}));
  EXPECT_EQ(Read("text\tn\none, two\t3\n", '\t'), (Lines{"1||one, two"}));
  EXPECT_EQ(Read("text\n"), Lines{});
  EXPECT_EQ(Read(""), Lines{});
}

TEST(TableDocumentsTest, QuotedFieldsHoldSeparatorsQuotesAndLineEnds) {
  EXPECT_EQ(Read("\"text\",n\n\"a, \"\"b\"\"\r\nc\",1\n\"\",2\n"), (Lines{"1||a, \"b\"\r\nc", "2||"}));
  EXPECT_EQ(Read("text,n\n5\" disk,1\n"), (Lines{"1||5\" disk"}));
  EXPECT_EQ(Read("text\n\"last\""), (Lines{"1||last"}));
  EXPECT_EQ(Read("text\n\"last\"\r\n"), (Lines{"1||last"}));
}

TEST(TableDocumentsTest, EmptyLinesAreNoRowsButEmptyQuotesAre) {
  EXPECT_EQ(Read("\ntext\n\none\n\r\n\"\"\n"), (Lines{"1||one", "2||"}));
}

// The blocks that are read have 65,536 bytes.
TEST(TableDocumentsTest, FieldsMayBeLongerThanAnyBlock) {
  for (std::size_t size = 65525; size < 65540; ++size) {
    const std::string text(size, 'y');
    EXPECT_EQ(Read("text,n\n\"" + text + "\"\"\r\n\",1\r\nz,2\n"), (Lines{"1||" + text + "\"\r\n", "2||z"}));
  }
}

TEST(TableDocumentsTest, ColumnsAreNamedByTheUser) {
  const FieldNames fields = {.text = "body", .id = "key", .title = "head"};
  EXPECT_EQ(Read("body,key,head,text\nb,7,h,t\n", ',', fields), (Lines{"7|h|b"}));
  ExpectError(Refusal("key,head,text\n", fields), "bad_input",
              "d.csv:1: the header has no column \"body\"; it has \"key\", \"head\", \"text\" (the option "
              "text-field");
  ExpectError(Refusal("body,head\n", fields), "bad_input", "no column \"key\"");
  ExpectError(Refusal("body,key\n", fields), "bad_input", "no column \"head\"");
  ExpectError(Refusal("text,a,text\n"), "bad_input", "two columns \"text\"");
  ExpectError(Refusal("id;text\n1;x\n"), "bad_input", "not by semicolons");
}

TEST(TableDocumentsTest, ARowThatIsNoneIsNamed) {
  ExpectError(Refusal("text,n\n\"a\nb\",1\nx\n"), "bad_input", "d.csv:4: 1 fields, where the header has 2");
  ExpectError(Refusal("text\na, b\n"), "bad_input", "d.csv:2: 2 fields, where the header has 1");
  ExpectError(Refusal("text\nx\n\"open\n\n"), "bad_input",
              "d.csv:3: the quote that opens a field here is not closed");
  ExpectError(Refusal("text\n\"a\" b\n"), "bad_input", "d.csv:2: text after the closing quote");
  ExpectError(Refusal("text\nx\n\xFF\n"), "bad_input", "d.csv:3: not valid UTF-8 at byte 1 of \"text\"");
  ExpectError(Refusal(std::string_view("text\na\0b\n", 9)), "bad_input", "d.csv:2: not text: a NUL byte");
  ExpectError(Refusal("_id,text\na,x\na,y\n"), "bad_input", "d.csv:3: \"_id\" a stands on line 2 already");
}

}  // namespace
}  // namespace lengthwise
