#include "text/documents.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/temporary_folder.h"

namespace lengthwise {
namespace {

// Documents as "id|title|text".
std::vector<std::string> Listed(const std::vector<Document>& documents) {
  std::vector<std::string> result;
  result.reserve(documents.size());
  for (const Document& document : documents)
    result.push_back(document.id + "|" + document.title + "|" + document.text);
  return result;
}

using Lines = std::vector<std::string>;

class DocumentsTest : public testing::Test {
 protected:
  Lines Read(const std::string& name, std::string_view contents) const {
    return Listed(ReadDocuments({.path = folder_.Put(name, contents)}));
  }
  std::string Refusal(const std::string& name, std::string_view contents) const {
    return ErrorOf([&] { Read(name, contents); });
  }
  // As standard input would be read.
  static Lines Detect(std::string_view contents) {
    std::vector<Document> documents;
    ForEachDocumentIn(std::make_unique<MemorySource>(contents), {.path = "-"}, "standard input",
                      [&](Document&& document) { documents.push_back(std::move(document)); });
    return Listed(documents);
  }
  std::string FolderRefusal() const {
    return ErrorOf([&] { ReadDocuments({.path = folder_.path().string()}); });
  }

  TemporaryFolder folder_;
};

TEST_F(DocumentsTest, JsonLinesGiveIdTitleAndText) {
  EXPECT_EQ(Read("d.jsonl", R"({"_id": "a", "title": "T", "text": "one", "more": [1, {}]})"
                            "\n"
                            R"({"text": "tw\u00f6\n"})"
                            "\n\n  \n"
                            R"({"_id": "c", "title": null, "text": ""})"),
            (Lines{"a|T|one", "2||twö\n", "c||"}));
}

TEST_F(DocumentsTest, PlainTextGivesALineADocumentAndKeepsEmptyOnes) {
  EXPECT_EQ(Read("d.txt", "one\n\n{\"text\": 1}\n"), (Lines{"1||one", "2||", "3||{\"text\": 1}"}));
  EXPECT_EQ(Read("d", "one\ntwo"), (Lines{"1||one", "2||two"}));
  EXPECT_EQ(Read("d.txt", "\n"), (Lines{"1||"}));
}

TEST_F(DocumentsTest, WindowsLineEndsAndByteOrderMarksAreNoText) {
  EXPECT_EQ(Read("d.txt", "\xEF\xBB\xBFone\r\n\r\ntwo\r\n"), (Lines{"1||one", "2||", "3||two"}));
  EXPECT_EQ(Read("d.txt", "a\rb\n"), (Lines{"1||a\rb"}));
  EXPECT_EQ(Read("d.jsonl", "\xEF\xBB\xBF{\"text\": \"one\"}\r\n{\"text\": \"two\"}\r\n"),
            (Lines{"1||one", "2||two"}));
}

TEST_F(DocumentsTest, LinesMayBeLongerThanAnyBlock) {
  const std::string line(300000, 'x');
  EXPECT_EQ(Read("d.txt", "a\n" + line + "\n" + line + "b"),
            (Lines{"1||a", "2||" + line, "3||" + line + "b"}));
  // A line end on each side of the 65,536-byte block.
  for (std::size_t size = 65530; size < 65540; ++size) {
    const std::string text(size, 'y');
    EXPECT_EQ(Read("d.txt", text + "\r\nz\r\n"), (Lines{"1||" + text, "2||z"}));
  }
}

TEST_F(DocumentsTest, AFolderGivesItsTextFilesByName) {
  folder_.Put("b.txt", "second\nline\n");
  folder_.Put("a.txt",
              "\xEF\xBB\xBF"
              "first");
  std::filesystem::create_symlink("a.txt", folder_.path() / "c.txt");
  InputFindings findings;
  EXPECT_EQ(Listed(ReadDocuments({.path = folder_.path().string()}, &findings)),
            (Lines{"a.txt||first", "b.txt||second\nline\n", "c.txt||first"}));
  EXPECT_TRUE(findings.notes.empty());
}

TEST_F(DocumentsTest, WhatAFolderHoldsBesideTextFilesIsCounted) {
  folder_.Put("a.txt", "first");
  folder_.Put("c.md", "not this");
  folder_.Put("b.jsonl", "nor this");
  std::filesystem::create_symlink("nowhere", folder_.path() / "link.md");
  std::filesystem::create_directory(folder_.path() / "d.txt");
  const std::string path = folder_.path().string();
  InputFindings findings;
  EXPECT_EQ(Listed(ReadDocuments({.path = path}, &findings)), (Lines{"a.txt||first"}));
  EXPECT_EQ(findings.notes, (Lines{path + ": left out, since no file though named .txt: 1 (first: d.txt)",
                                   path + ": 1 .txt files were read, 3 others left out (first: b.jsonl)"}));
}

TEST_F(DocumentsTest, ADanglingLinkInAFolderIsRefused) {
  folder_.Put("a.txt", "first");
  std::filesystem::create_symlink("nowhere", folder_.path() / "e.txt");
  ExpectError(FolderRefusal(), "io", "e.txt: a link to a file that is not there");
}

TEST_F(DocumentsTest, ABinaryFileInAFolderIsRefused) {
  folder_.Put("a.txt", "first");
  folder_.Put("b.txt", std::string_view("PK\x03\x04", 4));
  ExpectError(FolderRefusal(), "bad_input", "b.txt: a zip archive");
  folder_.Put("b.txt", std::string_view("x\ny\0z", 5));
  ExpectError(FolderRefusal(), "bad_input", "b.txt:2: not text: a NUL byte at byte 4 of the file");
}

TEST_F(DocumentsTest, StandardInputIsToldByItsFirstCharacter) {
  EXPECT_EQ(Detect("{\"text\": \"one\"}\n"), (Lines{"1||one"}));
  EXPECT_EQ(Detect("\n \n\t{\"text\": \"one\"}\n"), (Lines{"3||one"}));
  EXPECT_EQ(Detect("one\n{\n"), (Lines{"1||one", "2||{"}));
  EXPECT_EQ(Detect("\n\none\n"), (Lines{"1||", "2||", "3||one"}));
  EXPECT_EQ(Detect("\n\n"), (Lines{"1||", "2||"}));
  EXPECT_EQ(Detect("\xEF\xBB\xBF [ {\"text\": \"one\"} ]"), (Lines{"1||one"}));
  EXPECT_EQ(Detect("[1] a note\n"), (Lines{"1||[1] a note"}));
}

TEST_F(DocumentsTest, ContentTellsTheFormatWhateverTheName) {
  const std::string json = "{\"text\": \"one\"}\n";
  for (const char* name : {"d", "d.jsonl", "d.ndjson", "d.json", "d.txt", "d.data"}) {
    EXPECT_EQ(Read(name, json), (Lines{"1||one"})) << name;
    EXPECT_EQ(Read(name, "[\"one\"]"), (Lines{"1||one"})) << name;
  }
  EXPECT_EQ(Read("d.CSV", "text\none\n"), (Lines{"1||one"}));
  EXPECT_EQ(Read("d.tsv", "text\t_id\none\ta\n"), (Lines{"a||one"}));
  // A name that promises what is not there is no plain text.
  ExpectError(Refusal("d.ndjson", "one\n"), "bad_input", "d.ndjson:1: not valid JSON");
  ExpectError(Refusal("d.json", "one\n"), "bad_input", "d.json:1: element 1: not valid JSON");
  ExpectError(Refusal("d.json", "[1, 2]\n"), "bad_input", "d.json:1: element 1: expected an object");
}

TEST_F(DocumentsTest, AFormatThatWasAskedForIsNotGuessed) {
  const std::string path = folder_.Put("d.csv", "{\"text\": \"one\"}\n");
  EXPECT_EQ(Listed(ReadDocuments({.path = path, .format = InputFormat::kLines})),
            (Lines{"1||{\"text\": \"one\"}"}));
  EXPECT_EQ(Listed(ReadDocuments({.path = path, .format = InputFormat::kJsonLines})), (Lines{"1||one"}));
  const std::string binary = folder_.Put("b", std::string_view("%PDF-\0\n", 7));
  EXPECT_EQ(ReadDocuments({.path = binary, .format = InputFormat::kLines})[0].text,
            std::string_view("%PDF-\0", 6));
  ExpectError(ErrorOf([] { ParseInputFormat("parquet"); }), "bad_input", "there are auto, lines, jsonl");
}

TEST_F(DocumentsTest, WhatIsTakenAsPlainTextIsSaidUnlessTheNameSaysSo) {
  InputFindings findings;
  ReadDocuments({.path = folder_.Put("d.md", "one\ntwo\n")}, &findings);
  ASSERT_EQ(findings.notes.size(), 1U);
  EXPECT_NE(findings.notes[0].find("d.md: taken as plain text, each of its 2 lines a document"),
            std::string::npos);
  ReadDocuments({.path = folder_.Put("d.txt", "one\n")}, &findings);
  EXPECT_TRUE(findings.notes.empty());
  ReadDocuments({.path = folder_.path() / "d.md", .format = InputFormat::kLines}, &findings);
  EXPECT_TRUE(findings.notes.empty());
  ReadDocuments({.path = folder_.path() / "d.txt", .fields = {.text = "body"}}, &findings);
  ASSERT_EQ(findings.notes.size(), 1U);
  EXPECT_NE(findings.notes[0].find("no fields"), std::string::npos);
}

TEST_F(DocumentsTest, WhatIsNoTextIsRefusedByName) {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, const char*> files[] = {
      {"PAR1\x15\x04\x15"sv, "a Parquet file"},
      {"%PDF-1.7\n%\xE2\xE3"sv, "a PDF file"},
      {"PK\x03\x04\x14\0"sv, "a zip archive (or .docx, .xlsx"},
      {"\x89PNG\r\n\x1A\n"sv, "a PNG image"},
      {"\xFF\xD8\xFF\xE0"sv, "a JPEG image"},
      {"\x93NUMPY\x01\0v\0"sv, "a NumPy array"},
      {"\x80\x04\x95"sv, "a Python pickle"},
      {"\xFD"
       "7zXZ\0"sv,
       "an xz archive"},
      {"BZh91AY&SY"sv, "a bzip2 archive"},
      {"SQLite format 3\0"sv, "an SQLite database"},
      {"ARROW1\0\0"sv, "an Arrow file"},
      {"version https://git-lfs.github.com/spec/v1\n"sv, "a pointer of Git LFS"},
      {"\0\0\0\1"sv, "d:1: not text: a NUL byte at byte 1 of the line"},
      {"h\0i\0"sv, "iconv -f UTF-16LE"},
  };
  for (const auto& [contents, name] : files) {
    ExpectError(Refusal("d", contents), "bad_input", name);
    EXPECT_EQ(Refusal("d", contents).find("defect"), std::string::npos);
  }
  // The same letters begin texts.
  EXPECT_EQ(Read("d.txt", "PAR1 and on\n"), (Lines{"1||PAR1 and on"}));
  EXPECT_EQ(Read("d.txt", "BZh9\n"), (Lines{"1||BZh9"}));
}

TEST_F(DocumentsTest, ALineThatIsNotADocumentIsNamed) {
  const std::string good = "{\"text\": \"x\"}\n";
  ExpectError(Refusal("d.jsonl", good + "{\"text\": \"x\"\n"), "bad_input",
              "d.jsonl:2: not valid JSON: it ends after 12 bytes");
  ExpectError(Refusal("d.jsonl", good + good + "text\n"), "bad_input", "d.jsonl:3: not valid JSON at byte 2");
  ExpectError(Refusal("d.jsonl", "[1]\n"), "bad_input", "d.jsonl:1: expected a JSON object with \"text\"");
  ExpectError(Refusal("d.jsonl", "{\"title\": \"x\"}\n"), "bad_input", "d.jsonl:1: \"text\" is missing");
  ExpectError(Refusal("d.jsonl", "{\"text\": null}\n"), "bad_input", "d.jsonl:1: \"text\" is missing");
  ExpectError(Refusal("d.jsonl", "{\"text\": 7}\n"), "bad_input",
              "d.jsonl:1: \"text\" is number, not a string");
  ExpectError(Refusal("d.jsonl", "{\"text\": \"\", \"title\": []}\n"), "bad_input",
              "\"title\" is array, not a string");
  ExpectError(Refusal("d.jsonl", "{\"text\": \"\", \"_id\": 7.5}\n"), "bad_input",
              "\"_id\" is number, not a string");
  ExpectError(Refusal("d.jsonl", "{\"text\": \"\\ud800\"}\n"), "bad_input", "d.jsonl:1: not valid JSON");
  ExpectError(Refusal("d.jsonl", "{\"text\": \"\", \"n\": 1e999}\n"), "bad_input",
              "d.jsonl:1: JSON that cannot be held: a number is too large");
}

// Deep enough to run out of stack if anything that handles the value took a frame a level.
TEST_F(DocumentsTest, DeepNestingIsHandled) {
  const std::string deep = std::string(300000, '[') + std::string(300000, ']');
  ExpectError(Refusal("d.jsonl", "{\"text\": " + deep + "}"), "bad_input",
              "d.jsonl:1: \"text\" is array, not a string");
  EXPECT_EQ(Read("d.jsonl", "{\"text\": \"x\", \"more\": " + deep + "}"), (Lines{"1||x"}));
}

TEST_F(DocumentsTest, AnIdStandsForOneDocument) {
  const std::string one = "{\"_id\": \"a\", \"text\": \"x\"}\n";
  ExpectError(Refusal("d.jsonl", one + "\n" + one), "bad_input",
              "d.jsonl:3: \"_id\" a stands on line 1 already");
  // The second line, which has none, is called by its number.
  ExpectError(Refusal("d.jsonl", "{\"_id\": \"2\", \"text\": \"\"}\n{\"text\": \"\"}\n"), "bad_input",
              "d.jsonl:2: \"_id\" 2 stands on line 1 already");
}

TEST_F(DocumentsTest, InvalidUtf8IsNamedWithLineAndByte) {
  ExpectError(Refusal("d.txt", "one\r\ntw\xFFo\n"), "bad_input",
              "d.txt:2: not valid UTF-8 at byte 3 of the line (byte 8 of the file)");
  ExpectError(Refusal("d.jsonl", "\xEF\xBB\xBF{\"text\": \"\xC3\"}\n"), "bad_input",
              "d.jsonl:1: not valid UTF-8 at byte 11 of the line (byte 14 of the file)");
  folder_.Put("a.txt", "\xEF\xBB\xBFone\ntwo\n\xE9");
  ExpectError(FolderRefusal(), "bad_input", "a.txt:3: not valid UTF-8 at byte 12 of the file");
}

TEST_F(DocumentsTest, Utf16IsToldFromDamage) {
  ExpectError(Refusal("d.txt", "\xFF\xFEo\0"), "bad_input",
              "d.txt: UTF-16, not UTF-8; convert it with iconv");
  folder_.Put("a.txt", "\xFE\xFFx");
  ExpectError(FolderRefusal(), "bad_input", "a.txt: UTF-16");
}

TEST_F(DocumentsTest, AnInputWithoutADocumentIsRefused) {
  ExpectError(Refusal("d.txt", ""), "bad_input", "d.txt: holds no document");
  ExpectError(Refusal("d.txt", "\xEF\xBB\xBF"), "bad_input", "d.txt: holds no document");
  ExpectError(Refusal("d.jsonl", "\n\n"), "bad_input", "d.jsonl: holds no document");
  const TemporaryFolder folder;
  ExpectError(ErrorOf([] { Detect(""); }), "bad_input", "standard input: holds no document");
  std::filesystem::create_directory(folder_.path() / "empty");
  ExpectError(ErrorOf([&] { ReadDocuments({.path = (folder_.path() / "empty").string()}); }), "bad_input",
              "empty: holds no .txt file");
}

TEST_F(DocumentsTest, AMissingFileIsNamed) {
  ExpectError(ErrorOf([&] { ReadDocuments({.path = (folder_.path() / "absent.txt").string()}); }), "io",
              "absent.txt: No such file or directory");
}

TEST_F(DocumentsTest, DocumentsBeforeADefectAreGivenOut) {
  const std::string path = folder_.Put("d.jsonl", "{\"text\": \"one\"}\n{\"text\": \"two\"}\noops\n");
  Lines seen;
  ExpectError(ErrorOf([&] {
                ForEachDocument({.path = path}, [&](Document&& document) { seen.push_back(document.text); });
              }),
              "bad_input", "d.jsonl:3");
  EXPECT_EQ(seen, (Lines{"one", "two"}));
}

}  // namespace
}  // namespace lengthwise
