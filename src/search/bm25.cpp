#include "search/bm25.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "text/english_stem.h"
#include "text/unicode.h"
#include "text/utf8.h"
#include "text/word_breaks.h"

namespace lengthwise {

namespace {

// Where the stretch of a script without spaces that begins at `begin` ends; marks go with what they stand on.
std::size_t EndOfStretch(std::string_view text, std::size_t begin, const std::uint8_t* classes) {
  std::size_t at = begin;
  while (at < text.size()) {
    const DecodedCharacter character = DecodeCharacter(text, at);
    const bool mark = at > begin && (classes[character.value] & kNonspacingMark) != 0;
    if (!mark && !IsWrittenWithoutSpaces(character.value)) break;
    if ((classes[character.value] & kWordCharacter) == 0) break;
    at += character.bytes;
  }
  return at;
}

bool IsAsciiWord(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

std::vector<std::string> Bm25Words(std::string_view text, bool english_stems) {
  const std::uint8_t* const classes = CharacterClasses();
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (word.empty()) return;
    if (english_stems && IsAsciiWord(word)) word = EnglishStem(word);
    words.push_back(std::exchange(word, {}));
  };
  for (std::size_t at = 0; at < text.size();) {
    const DecodedCharacter character = DecodeCharacter(text, at);
    if ((classes[character.value] & kWordCharacter) == 0) {
      end_word();
    } else if (IsWrittenWithoutSpaces(character.value)) {
      end_word();
      const std::size_t end = EndOfStretch(text, at, classes);
      for (const std::string_view part : DictionaryWords(text.substr(at, end - at))) words.emplace_back(part);
      at = end;
      continue;
    } else {
      AppendUtf8(LowerCase(character.value), &word);
    }
    at += character.bytes;
  }
  end_word();
  return words;
}

Bm25Index::Bm25Index(std::span<const std::string> texts, const Bm25Options& options)
    : documents_(texts.size()), english_stems_(options.english_stems) {
  std::vector<double> lengths;
  double total = 0;
  for (std::uint32_t d = 0; d < texts.size(); ++d) {
    const std::vector<std::string> words = Bm25Words(texts[d], english_stems_);
    std::unordered_map<std::string, std::uint32_t> counts;
    for (const std::string& word : words) ++counts[word];
    for (const auto& [word, count] : counts) postings_[word].push_back({d, static_cast<float>(count)});
    lengths.push_back(static_cast<double>(words.size()));
    total += lengths.back();
  }
  const double mean = total / static_cast<double>(std::max<std::size_t>(texts.size(), 1));
  for (auto& [word, postings] : postings_) {
    for (Posting& posting : postings) {
      const double count = posting.weight;
      posting.weight = static_cast<float>(
          count / (count + options.k1 * (1 - options.b + options.b * lengths[posting.document] / mean)));
    }
  }
}

std::vector<double> Bm25Index::Scores(std::string_view query) const {
  // Words in the query's order, so that sums round the same way every time.
  std::vector<std::pair<std::string, double>> terms;
  for (std::string& word : Bm25Words(query, english_stems_)) {
    const auto known =
        std::find_if(terms.begin(), terms.end(), [&](const auto& term) { return term.first == word; });
    if (known != terms.end()) {
      known->second += 1;
    } else {
      terms.emplace_back(std::move(word), 1);
    }
  }
  std::vector<double> scores(documents_, 0.0);
  for (const auto& [word, times] : terms) {
    const auto found = postings_.find(word);
    if (found == postings_.end()) continue;
    const auto holding = static_cast<double>(found->second.size());
    const double idf = std::log1p((static_cast<double>(documents_) - holding + 0.5) / (holding + 0.5));
    for (const Posting& posting : found->second) scores[posting.document] += times * idf * posting.weight;
  }
  return scores;
}

Ranking Bm25Index::Search(std::string_view query, std::span<const std::uint32_t> tie_order,
                          std::size_t depth) const {
  const std::vector<double> scores = Scores(query);
  BestHits best(depth, tie_order);
  for (std::uint32_t d = 0; d < scores.size(); ++d) {
    if (scores[d] > 0) best.Add({d, static_cast<float>(scores[d])});
  }
  return std::move(best).Sorted();
}

std::vector<Ranking> SearchBm25(const Bm25Index& index, std::span<const std::string> queries,
                                std::span<const std::uint32_t> tie_order, std::size_t depth,
                                ThreadPool& pool) {
  std::vector<Ranking> rankings(queries.size());
  pool.For(queries.size(),
           [&](std::size_t q, std::size_t) { rankings[q] = index.Search(queries[q], tie_order, depth); });
  return rankings;
}

}  // namespace lengthwise
