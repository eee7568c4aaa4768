#include "text/pseudo_queries.h"

#include <utility>

#include "base/random.h"
#include "text/words.h"

namespace lengthwise {
namespace {

bool EndsSentence(std::string_view text, std::size_t i) {
  if (text[i] == '\n') return true;
  const bool stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
  return stop && (i + 1 == text.size() || IsWhiteSpace(text[i + 1]));
}

}  // namespace

std::vector<std::string_view> QuerySentences(std::string_view text) {
  std::vector<std::string_view> sentences;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && !EndsSentence(text, i)) continue;
    const std::string_view sentence = Trimmed(text.substr(begin, i - begin));
    const std::size_t words = Words(sentence, kMostQueryWords + 1).size();
    if (words >= kLeastQueryWords && words <= kMostQueryWords) sentences.push_back(sentence);
    begin = i + 1;
    if (begin > text.size()) break;
  }
  return sentences;
}

std::vector<std::string> PseudoQueries(const Document& document, std::uint64_t number, std::uint64_t seed) {
  std::vector<std::string> queries;
  if (const std::string_view title = Trimmed(document.title); !title.empty()) queries.emplace_back(title);
  const std::vector<std::string_view> sentences = QuerySentences(document.text);
  if (!sentences.empty()) {
    // A generator a document, so that the draw does not depend on the documents before it.
    Random random(Random(seed).Next() ^ (number * 0x9E3779B97F4A7C15U));
    queries.emplace_back(sentences[random.Below(sentences.size())]);
    return queries;
  }
  const std::vector<std::string_view> words = Words(document.text, kMostQueryWords);
  if (!words.empty()) {
    const char* const end = words.back().data() + words.back().size();
    queries.emplace_back(words.front().data(), end);
  }
  return queries;
}

PseudoQuerySet PseudoQueries(std::span<const Document> documents, std::uint64_t seed) {
  PseudoQuerySet set{{}, {0}};
  for (std::size_t d = 0; d < documents.size(); ++d) {
    for (std::string& query : PseudoQueries(documents[d], d, seed)) set.texts.push_back(std::move(query));
    set.offsets.push_back(set.texts.size());
  }
  return set;
}

}  // namespace lengthwise
