// Stand-ins for queries, made of documents, where no sample of queries is at hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/documents.h"

namespace lengthwise {

// Words of the shortest and longest sentence that may stand for a query.
inline constexpr std::size_t kLeastQueryWords = 3;
inline constexpr std::size_t kMostQueryWords = 32;

// The sentences of a text: what lies between new lines and between a '.', '!' or '?' that white space
// follows, without white space around; only those of kLeastQueryWords to kMostQueryWords words.
std::vector<std::string_view> QuerySentences(std::string_view text);

// The document's title, if it has one, and one of its sentences, drawn by `seed` and `number`, the document's
// place in the input: the same for the same two. A text without such a sentence gives its first words, an
// empty one nothing.
std::vector<std::string> PseudoQueries(const Document& document, std::uint64_t number, std::uint64_t seed);

// Those of a whole input: texts [offsets[d], offsets[d + 1]) are of document d.
struct PseudoQuerySet {
  std::vector<std::string> texts;
  std::vector<std::size_t> offsets;
};
PseudoQuerySet PseudoQueries(std::span<const Document> documents, std::uint64_t seed);

}  // namespace lengthwise
