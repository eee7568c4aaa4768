// A document, as every reader gives it.
#pragma once

#include <functional>
#include <string>

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

}  // namespace lengthwise
