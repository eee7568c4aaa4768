#include "text/pseudo_queries.h"

#include "base/random.h"

namespace lengthwise {
namespace {

constexpr std::string_view kSpaces = " \t\r\n\f\v";

bool IsSpace(char byte) {
  return kSpaces.find(byte) != std::string_view::npos;
}

// Counts at most `most` + 1 words; `end` is where the last of the first `most` words ends.
std::size_t CountWords(std::string_view text, std::size_t most, std::size_t* end) {
  std::size_t words = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (IsSpace(text[i])) {
      ++i;
      continue;
    }
    if (++words > most) return words;
    while (i < text.size() && !IsSpace(text[i])) ++i;
    *end = i;
  }
  return words;
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) + 1 - first);
}

bool EndsSentence(std::string_view text, std::size_t i) {
  if (text[i] == '\n') return true;
  const bool stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
  return stop && (i + 1 == text.size() || IsSpace(text[i + 1]));
}

}  // namespace

std::vector<std::string_view> QuerySentences(std::string_view text) {
  std::vector<std::string_view> sentences;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && !EndsSentence(text, i)) continue;
    const std::string_view sentence = Trimmed(text.substr(begin, i - begin));
    std::size_t end = 0;
    const std::size_t words = CountWords(sentence, kMostQueryWords, &end);
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
  std::size_t end = 0;
  const std::string_view text = Trimmed(document.text);
  if (CountWords(text, kMostQueryWords, &end) > 0) queries.emplace_back(text.substr(0, end));
  return queries;
}

}  // namespace lengthwise
