// Reading documents: JSONL, plain text, a folder, or standard input.
#pragma once

#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace lengthwise {

struct Document {
  std::string id;     // `_id`, or the file's name in a folder, or the line's number from 1
  std::string title;  // `title`, may be empty
  std::string text;   // valid UTF-8
  // The id is the line's number alone, which says nothing about the document: elsewhere it has another.
  bool numbered = false;
};

using DocumentCallback = std::function<void(Document&&)>;

// What is embedded of a document: title and text with a space between, as BEIR and MTEB join them.
std::string EmbeddedText(const Document& document);

// `input` is a .jsonl file (objects with `text`, and optionally `_id` and `title`; lines of white space are
// skipped), any other file (plain text, one document a line, empty lines kept as empty documents so that rows
// keep their numbers), a folder (every *.txt file in it, by name), or "-": standard input, JSONL if its first
// character that is not white space is '{', plain text otherwise. Lines end with "\n" or "\r\n"; a UTF-8 byte
// order mark is skipped. Throws kIo, or kBadInput naming file and line: not JSON, no `text`, a value that is
// not a string, invalid UTF-8, the same id twice (looked for among the first kIdsKept ids of JSONL); and for
// an input without a single document.
std::vector<Document> ReadDocuments(const std::string& input);

// The same, one at a time, for inputs larger than memory: beside the document at hand, hashes of kIdsKept ids
// are held at most.
inline constexpr std::size_t kIdsKept = std::size_t{1} << 20;
void ForEachDocument(const std::string& input, const DocumentCallback& callback);

enum class DocumentFormat {
  kJsonLines,
  kPlainText,
  kDetect,  // as for standard input
};

// The same from an open stream; `name` names it in messages.
void ForEachDocumentIn(std::FILE* stream, DocumentFormat format, const std::string& name,
                       const DocumentCallback& callback);

}  // namespace lengthwise
