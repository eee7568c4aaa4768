#include "tuning/judge.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/fail.h"
#include "lengthwise/tune.h"

namespace lengthwise {
namespace {

// Documents that BM25 finds of a query.
constexpr std::size_t kWordDepth = 10;
// Below this the queries may well be in another language.
constexpr double kFewKnownWords = 0.5;

double KnownWords(std::span<const std::string> queries, const Bm25Index& words,
                  std::span<const std::uint32_t> tie_order, bool english_stems) {
  std::size_t all = 0, known = 0;
  for (const std::string& query : queries) {
    for (const std::string& word : Bm25Words(query, english_stems)) {
      ++all;
      known += words.Search(word, tie_order, 1).empty() ? 0 : 1;
    }
  }
  return all == 0 ? 0 : static_cast<double>(known) / static_cast<double>(all);
}

}  // namespace

JudgedQueries JudgeQueries(const RetrievalTask& task, std::span<const std::string> documents,
                           const Bm25Index& words, std::span<const std::uint32_t> tie_order,
                           bool english_stems, ThreadPool& pool) {
  JudgedQueries result;
  result.judged = !task.corpus.judgements.empty();
  const std::vector<std::string> texts = EmbeddedTexts(task.queries);
  std::vector<Ranking> by_words = SearchBm25(words, texts, tie_order, kWordDepth, pool);
  const std::unordered_set<std::string_view> known(documents.begin(), documents.end());
  std::size_t equal = 0, blank = 0;
  for (std::size_t q = 0; q < texts.size(); ++q) {
    if (known.contains(texts[q])) {
      ++equal;
      continue;
    }
    if (!result.judged && by_words[q].empty()) {
      ++blank;
      continue;
    }
    result.queries.push_back(task.queries[q]);
    result.texts.push_back(texts[q]);
    result.judgements.push_back(result.judged ? task.corpus.judgements[q]
                                              : std::vector<Relevance>{{by_words[q].front().document, 1}});
    result.by_words.push_back(std::move(by_words[q]));
    if (!task.clusters.empty()) result.clusters.push_back(task.clusters.at(q));
  }
  if (equal > 0) {
    result.notes.push_back(
        fmt::format("{} of {} queries are documents word for word, and find themselves: left out.", equal,
                    task.queries.size()));
  }
  if (blank > 0) {
    result.notes.push_back(fmt::format(
        "{} of {} queries share no word with any document, and cannot be judged by words: left out.", blank,
        task.queries.size()));
  }
  if (result.queries.size() < kLeastTuneQueries) {
    Fail(ErrorCode::kBadInput,
         "{} quer{} to choose by, of {} given; {} or more are needed: give more, or none, for the recipe, "
         "which needs none",
         result.queries.size(), result.queries.size() == 1 ? "y is left" : "ies are left",
         task.queries.size(), kLeastTuneQueries);
  }
  result.known_words = KnownWords(result.texts, words, tie_order, english_stems);
  if (result.known_words < kFewKnownWords) {
    result.notes.push_back(fmt::format(
        "Of the queries' words {:.0f} % stand in any document: another language, or about something else? "
        "What is said about them by matching words is worth little.",
        100 * result.known_words));
  }
  return result;
}

double AgreementOfFirst(std::span<const Ranking> a, std::span<const Ranking> b) {
  std::size_t same = 0;
  for (std::size_t q = 0; q < a.size(); ++q) {
    same += !a[q].empty() && !b[q].empty() && a[q].front().document == b[q].front().document ? 1 : 0;
  }
  return a.empty() ? 0 : static_cast<double>(same) / static_cast<double>(a.size());
}

}  // namespace lengthwise
