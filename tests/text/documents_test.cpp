#include "text/documents.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
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
    return Listed(ReadDocuments(folder_.Put(name, contents)));
  }
  std::string Refusal(const std::string& name, std::string_view contents) const {
    return ErrorOf([&] { Read(name, contents); });
  }
  // As standard input would be read.
  static Lines Detect(std::string contents) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::tmpfile(), &std::fclose);
    std::fwrite(contents.data(), 1, contents.size(), stream.get());
    std::rewind(stream.get());
    std::vector<Document> documents;
    ForEachDocumentIn(stream.get(), DocumentFormat::kDetect, "standard input",
                      [&](Document&& document) { documents.push_back(std::move(document)); });
    return Listed(documents);
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
  folder_.Put("c.md", "not this");
  std::filesystem::create_directory(folder_.path() / "d.txt");
  std::filesystem::create_symlink("nowhere", folder_.path() / "e.txt");
  EXPECT_EQ(Listed(ReadDocuments(folder_.path().string())), (Lines{"a.txt||first", "b.txt||second\nline\n"}));
}

TEST_F(DocumentsTest, StandardInputIsToldByItsFirstCharacter) {
  EXPECT_EQ(Detect("{\"text\": \"one\"}\n"), (Lines{"1||one"}));
  EXPECT_EQ(Detect("\n \n\t{\"text\": \"one\"}\n"), (Lines{"3||one"}));
  EXPECT_EQ(Detect("one\n{\n"), (Lines{"1||one", "2||{"}));
  EXPECT_EQ(Detect("\n\none\n"), (Lines{"1||", "2||", "3||one"}));
  EXPECT_EQ(Detect("\n\n"), (Lines{"1||", "2||"}));
}

TEST_F(DocumentsTest, ALineThatIsNotADocumentIsNamed) {
  const std::string good = "{\"text\": \"x\"}\n";
  ExpectError(Refusal("d.jsonl", good + "{\"text\": \"x\"\n"), "bad_input",
              "d.jsonl:2: not valid JSON at byte 13 of 12");
  ExpectError(Refusal("d.jsonl", good + good + "text\n"), "bad_input", "d.jsonl:3: not valid JSON at byte 2");
  ExpectError(Refusal("d.jsonl", "[1]\n"), "bad_input", "d.jsonl:1: expected a JSON object with \"text\"");
  ExpectError(Refusal("d.jsonl", "{\"title\": \"x\"}\n"), "bad_input", "d.jsonl:1: \"text\" is missing");
  ExpectError(Refusal("d.jsonl", "{\"text\": null}\n"), "bad_input", "d.jsonl:1: \"text\" is missing");
  ExpectError(Refusal("d.jsonl", "{\"text\": 7}\n"), "bad_input",
              "d.jsonl:1: \"text\" is number, not a string");
  ExpectError(Refusal("d.jsonl", "{\"text\": \"\", \"title\": []}\n"), "bad_input",
              "\"title\" is array, not a string");
  ExpectError(Refusal("d.jsonl", "{\"text\": \"\", \"_id\": 7}\n"), "bad_input",
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
  ExpectError(ErrorOf([&] { ReadDocuments(folder_.path().string()); }), "bad_input",
              "a.txt:3: not valid UTF-8 at byte 12 of the file");
}

TEST_F(DocumentsTest, Utf16IsToldFromDamage) {
  ExpectError(Refusal("d.txt", "\xFF\xFEo\0"), "bad_input",
              "d.txt: UTF-16, not UTF-8; convert it with iconv");
  folder_.Put("a.txt", "\xFE\xFFx");
  ExpectError(ErrorOf([&] { ReadDocuments(folder_.path().string()); }), "bad_input", "a.txt: UTF-16");
}

TEST_F(DocumentsTest, AnInputWithoutADocumentIsRefused) {
  ExpectError(Refusal("d.txt", ""), "bad_input", "d.txt: holds no document");
  ExpectError(Refusal("d.txt", "\xEF\xBB\xBF"), "bad_input", "d.txt: holds no document");
  ExpectError(Refusal("d.jsonl", "\n\n"), "bad_input", "d.jsonl: holds no document");
  const TemporaryFolder folder;
  ExpectError(ErrorOf([] { Detect(""); }), "bad_input", "standard input: holds no document");
  std::filesystem::create_directory(folder_.path() / "empty");
  ExpectError(ErrorOf([&] { ReadDocuments((folder_.path() / "empty").string()); }), "bad_input",
              "empty: holds no .txt file");
}

TEST_F(DocumentsTest, AMissingFileIsNamed) {
  ExpectError(ErrorOf([&] { ReadDocuments((folder_.path() / "absent.txt").string()); }), "io",
              "absent.txt: No such file or directory");
}

TEST_F(DocumentsTest, DocumentsBeforeADefectAreGivenOut) {
  const std::string path = folder_.Put("d.jsonl", "{\"text\": \"one\"}\n{\"text\": \"two\"}\noops\n");
  Lines seen;
  ExpectError(
      ErrorOf([&] { ForEachDocument(path, [&](Document&& document) { seen.push_back(document.text); }); }),
      "bad_input", "d.jsonl:3");
  EXPECT_EQ(seen, (Lines{"one", "two"}));
}

}  // namespace
}  // namespace lengthwise
