// Retrieval tasks that need no labels: documents asked for by what was taken out of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lengthwise/task.h"
#include "text/documents.h"

namespace lengthwise {

enum class PseudoQueryKind {
  kTitle,     // its title, of a document that has one and more
  kSentence,  // one of its sentences (text/pseudo_queries.h), drawn from those that stand in it once
  kBoth,      // each a query
};

struct PseudoOptions {
  PseudoQueryKind kind = PseudoQueryKind::kBoth;
  std::size_t max_documents = 0;  // a sample drawn by seed, in the order of the input; 0: all
  std::uint64_t seed = 1;
};

// Words that must be left of a text that loses a sentence.
inline constexpr std::size_t kLeastWordsLeft = 16;

struct PseudoTask {
  RetrievalTask task;
  std::vector<std::string> sources;  // by query: "title" or "sentence"
  std::size_t without_query = 0;     // documents that are left as they are, too short to lose anything
  std::size_t empty = 0;             // documents without a word, left out
};

// Every document's query is its own title or sentence, which is removed from it where it stood; the document
// is the one answer. What a document gives depends on its place in the input and the seed, not on the others.
// Throws kBadInput where no document gives a query.
PseudoTask MakePseudoTask(std::vector<Document> documents, const PseudoOptions& options);

}  // namespace lengthwise
