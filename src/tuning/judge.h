// What queries can judge: by their judgements, or, where nobody judged them, by the words that they share
// with documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/task.h"
#include "math/thread_pool.h"
#include "search/bm25.h"
#include "search/search.h"

namespace lengthwise {

// A task's queries, and what counts as relevant to each.
struct JudgedQueries {
  std::vector<Document> queries;
  std::vector<std::string> texts;                  // as they are embedded, by query
  std::vector<std::vector<Relevance>> judgements;  // by query
  std::vector<Ranking> by_words;                   // what BM25 finds, by query
  std::vector<std::string> clusters;               // as the task gives them, by query; or none
  bool judged = false;                             // by people
  double known_words = 1;                          // TuneResult::known_words
  std::vector<std::string> notes;                  // what was left out, and why
};

// Queries whose text is that of a document are left out, as each finds itself. Of queries that nobody judged,
// the document that BM25 puts first counts as relevant; those that share no word with any document are left
// out. Throws kBadInput where fewer than kLeastTuneQueries are left.
// `documents`: texts of the task's, of which `words` is made.
JudgedQueries JudgeQueries(const RetrievalTask& task, std::span<const std::string> documents,
                           const Bm25Index& words, std::span<const std::uint32_t> tie_order,
                           bool english_stems, ThreadPool& pool);

// The share of queries for which both put the same document first.
double AgreementOfFirst(std::span<const Ranking> a, std::span<const Ranking> b);

}  // namespace lengthwise
