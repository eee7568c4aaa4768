// Documents, and reading them: JSONL, a JSON array, CSV, TSV, plain text, packed or not; a folder; or
// standard input.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

struct Document {
  std::string id;  // `_id`, or the file's name in a folder, or the line's, element's or row's number from 1
  std::string title;  // `title`, may be empty
  std::string text;   // valid UTF-8
  // The id is a number of the place alone, which says nothing about the document: elsewhere it has another.
  bool numbered = false;
};

using DocumentCallback = std::function<void(Document&&)>;
// Gives documents one at a time, so that they need not all be held.
using DocumentSource = std::function<void(const DocumentCallback&)>;

// What is embedded of a document: title and text with a space between, as BEIR and MTEB join them.
std::string EmbeddedText(const Document& document);
std::vector<std::string> EmbeddedTexts(std::span<const Document> documents);
std::vector<std::string> IdsOf(std::span<const Document> documents);
std::vector<std::string> TitlesOf(std::span<const Document> documents);

enum class InputFormat {
  kAuto,       // told by content and name
  kLines,      // plain text, one document a line
  kJsonLines,  // objects, one a line
  kJson,       // one array of objects or strings
  kCsv,
  kTsv,
};

// "auto", "lines", "jsonl", "json", "csv", "tsv". Throws kBadInput, naming the choices, for anything else.
InputFormat ParseInputFormat(std::string_view name);

// Members of a JSON object, or columns of a table. An empty id or title: `_id` and `title`, which may be
// absent; one that was asked for must be there (a title: in a table).
struct FieldNames {
  std::string text = "text";
  std::string id = {};
  std::string title = {};

  const std::string& IdName() const;
  const std::string& TitleName() const;
};

// What is dubious about texts, and no reason to refuse them.
struct InputWarning {
  std::string kind;  // for programs: "blank_texts", "repeated_texts", ...
  std::size_t count = 0;
  std::string message;  // for people: how many, the first, what to do
};

struct InputOptions {
  // A file, a folder (every *.txt file in it, by name, is a document), or "-": standard input.
  std::string path = {};
  InputFormat format = InputFormat::kAuto;
  FieldNames fields = {};
};

// What reading told beside the documents.
struct InputFindings {
  std::vector<std::string> notes;      // what was taken for what, and what was left out, in words
  std::vector<InputWarning> warnings;  // what is dubious about the texts
};

// gzip and zstd are unpacked. With kAuto, a name that ends in .csv or .tsv (before .gz or .zst) is a table;
// otherwise what begins with '{' is JSONL and what begins with '[' and an object, a string or the end is a
// JSON array, whatever the name; otherwise names in .jsonl, .ndjson and .json say what must be there; all
// else is plain text, of which empty lines are kept as empty documents so that rows keep their numbers.
// Lines end with "\n" or "\r\n"; a UTF-8 byte order mark is skipped.
//
// Throws kIo, or kBadInput naming file and place: a known binary format, a damaged archive, a NUL byte
// (but for JSON's \u0000, and with kLines), invalid UTF-8, not JSON, no text, a value that is not a string
// (ids may be whole numbers), the same id twice (looked for among the first million); and for an input
// without a single document, and a folder with a dangling link among its *.txt.
std::vector<Document> ReadDocuments(const InputOptions& input, InputFindings* findings = nullptr);

// The same, one at a time, for inputs larger than memory: beside the document at hand, hashes of ids and
// texts are held, of a bounded number.
InputFindings ForEachDocument(const InputOptions& input, const DocumentCallback& callback);

}  // namespace lengthwise
