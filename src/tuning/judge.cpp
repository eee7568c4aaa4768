#include "tuning/judge.h"

#include <fmt/format.h>

#include <unordered_set>

#include "base/fail.h"
#include "lengthwise/tune.h"

namespace lengthwise {
namespace {

// Documents that BM25 finds of a query.
constexpr std::size_t kWordDepth = 10;
// Below this the queries may well be in another language.
constexpr double kFewKnownWords = 0.5;

double KnownWords(std::span<const Document> queries, const Bm25Index& words,
                  std::span<const std::uint32_t> tie_order, bool english_stems) {
  std::size_t all = 0, known = 0;
  for (const Document& query : queries) {
    for (const std::string& word : Bm25Words(EmbeddedText(query), english_stems)) {
      ++all;
      known += words.Search(word, tie_order, 1).empty() ? 0 : 1;
    }
  }
  return all == 0 ? 0 : static_cast<double>(known) / static_cast<double>(all);
}

}  // namespace

JudgedQueries JudgeQueries(const RetrievalTask& task, const Bm25Index& words,
                           std::span<const std::uint32_t> tie_order, bool english_stems, ThreadPool& pool) {
  JudgedQueries result;
  result.judged = !task.corpus.judgements.empty();
  std::unordered_set<std::string> documents;
  for (const Document& document : task.corpus.documents) documents.insert(EmbeddedText(document));
  std::size_t equal = 0;
  std::vector<std::string> texts;
  for (std::size_t q = 0; q < task.queries.size(); ++q) {
    std::string text = EmbeddedText(task.queries[q]);
    if (documents.contains(text)) {
      ++equal;
      continue;
    }
    texts.push_back(std::move(text));
    result.queries.push_back(task.queries[q]);
    if (result.judged) result.judgements.push_back(task.corpus.judgements[q]);
  }
  if (equal > 0) {
    result.notes.push_back(
        fmt::format("{} of {} queries are documents word for word, and find themselves: left out.", equal,
                    task.queries.size()));
  }
  result.by_words = SearchBm25(words, texts, tie_order, kWordDepth, pool);
  std::size_t blank = 0;
  if (!result.judged) {
    JudgedQueries kept;
    for (std::size_t q = 0; q < result.queries.size(); ++q) {
      if (result.by_words[q].empty()) {
        ++blank;
        continue;
      }
      kept.queries.push_back(std::move(result.queries[q]));
      kept.judgements.push_back({{result.by_words[q].front().document, 1}});
      kept.by_words.push_back(std::move(result.by_words[q]));
    }
    result.queries = std::move(kept.queries);
    result.judgements = std::move(kept.judgements);
    result.by_words = std::move(kept.by_words);
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
  result.known_words = KnownWords(result.queries, words, tie_order, english_stems);
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
