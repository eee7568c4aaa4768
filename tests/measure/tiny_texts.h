// The tiny model, and texts of words that it knows.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "embedding/session.h"
#include "measure/measure.h"
#include "text/documents.h"

namespace lengthwise::testing {

inline Session Tiny(std::size_t threads = 1) {
  EmbedderOptions options;
  options.threads = threads;
  return Session(std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert", options);
}

// A text of `words` words, each of one token.
inline Document Text(std::size_t number, std::size_t words, Random& random) {
  const char* const vocabulary[] = {"the",  "a",     "of",   "and",       "long", "short",
                                    "text", "model", "head", "attention", "token"};
  std::string text;
  for (std::size_t w = 0; w < words; ++w)
    text += std::string(w > 0 ? " " : "") + vocabulary[random.Below(11)];
  return {std::to_string(number), "", text};
}

inline Measurement Measure(const Session& embedder, const std::vector<Document>& documents,
                           const MeasureOptions& options, const Progress& progress = {}) {
  const DocumentSource source = [&](const DocumentCallback& callback) {
    for (const Document& document : documents) callback(Document(document));
  };
  return lengthwise::Measure(embedder, source, options, {progress});
}

}  // namespace lengthwise::testing
