// Reading documents: JSONL, plain text, a folder, or standard input.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace lengthwise {

struct Document {
  std::string id;     // `_id`, or the file's name in a folder, or the line's number from 1
  std::string title;  // `title`, may be empty
  std::string text;   // valid UTF-8
};

// `input` is a .jsonl file (objects with `text`, and optionally `_id` and `title`), any other file (plain text, one
// document a line, empty lines kept as empty documents so that rows keep their numbers), a folder (every *.txt file in it, by name),
// or "-": standard input, JSONL if its first byte that is not white space is '{', plain text otherwise.
// Throws kIo, or kBadInput naming file and line: not JSON, no `text`, a value that is not a string, invalid UTF-8, duplicate
// _id; and for an input without a single document.
std::vector<Document> ReadDocuments(const std::string& input);

// The same, one at a time, for inputs larger than memory.
void ForEachDocument(const std::string& input, const std::function<void(Document&&)>& callback);

}  // namespace lengthwise
