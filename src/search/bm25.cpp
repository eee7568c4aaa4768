#include "search/bm25.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "text/unicode.h"
#include "text/utf8.h"

namespace lengthwise {

std::vector<std::string> Bm25Words(std::string_view text) {
  const std::uint8_t* const classes = CharacterClasses();
  std::vector<std::string> words;
  std::string word;
  for (std::size_t at = 0; at < text.size();) {
    const DecodedCharacter character = DecodeCharacter(text, at);
    at += character.bytes;
    if ((classes[character.value] & kWordCharacter) != 0) {
      AppendUtf8(LowerCase(character.value), &word);
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

Bm25Index::Bm25Index(std::span<const std::string> texts, const Bm25Options& options)
    : documents_(texts.size()) {
  std::vector<double> lengths;
  double total = 0;
  for (std::uint32_t d = 0; d < texts.size(); ++d) {
    const std::vector<std::string> words = Bm25Words(texts[d]);
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

Ranking Bm25Index::Search(std::string_view query, std::span<const std::uint32_t> tie_order,
                          std::size_t depth) const {
  // Words in the query's order, so that sums round the same way every time.
  std::vector<std::pair<std::string, double>> terms;
  for (std::string& word : Bm25Words(query)) {
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
  BestHits best(depth, tie_order);
  for (std::uint32_t d = 0; d < scores.size(); ++d) {
    if (scores[d] > 0) best.Add({d, static_cast<float>(scores[d])});
  }
  return std::move(best).Sorted();
}

std::vector<Ranking> SearchBm25(std::span<const std::string> texts, std::span<const std::string> queries,
                                std::span<const std::uint32_t> tie_order, std::size_t depth,
                                ThreadPool& pool) {
  const Bm25Index index(texts);
  std::vector<Ranking> rankings(queries.size());
  pool.For(queries.size(),
           [&](std::size_t q, std::size_t) { rankings[q] = index.Search(queries[q], tie_order, depth); });
  return rankings;
}

}  // namespace lengthwise
