// Reading documents: JSONL, a JSON array, CSV, TSV, plain text, packed or not; a folder; or standard input.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lengthwise/documents.h"
#include "text/byte_source.h"
#include "text/document_checks.h"
#include "text/document_readers.h"

namespace lengthwise {

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
// (ids may be whole numbers), the same id twice (looked for among the first kIdsKept); and for an input
// without a single document, and a folder with a dangling link among its *.txt.
std::vector<Document> ReadDocuments(const InputOptions& input, InputFindings* findings = nullptr);

// The same, one at a time, for inputs larger than memory: beside the document at hand, hashes of ids and
// texts are held, of a bounded number.
InputFindings ForEachDocument(const InputOptions& input, const DocumentCallback& callback);

// The same from an open source. `name` names it in messages; `input.path` is looked at for its ending alone.
InputFindings ForEachDocumentIn(std::unique_ptr<ByteSource> source, const InputOptions& input,
                                const std::string& name, const DocumentCallback& callback);

}  // namespace lengthwise
