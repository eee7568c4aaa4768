// BM25: the lexical baseline beside every retrieval result. It reads whole texts and has no vector that could
// collapse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "math/thread_pool.h"
#include "search/search.h"

namespace lengthwise {

// Lucene's defaults.
struct Bm25Options {
  double k1 = 1.2;
  double b = 0.75;
  // Words of the letters a to z by their English stems (Snowball's Porter 2).
  bool english_stems = false;
};

// Words: longest runs of word characters (letters, marks, digits, connecting punctuation: \w of a regular
// expression), each character in lower case; of scripts that put no spaces between words, those that a
// dictionary finds (text/word_breaks.h). No stop words. `text` is valid UTF-8.
std::vector<std::string> Bm25Words(std::string_view text, bool english_stems = false);

// Robertson's BM25 with the inverse document frequency of Lucene, which is never negative:
//   sum over the query's words w (as often as each occurs in it) of
//   ln(1 + (N - n_w + 0.5) / (n_w + 0.5)) * f / (f + k1 (1 - b + b * words of the document / mean words of a
//   document)),
// f the number of times that w occurs in the document, n_w the documents that hold it, N all documents. (The
// factor k1 + 1 of older forms changes no ranking.)
class Bm25Index {
 public:
  explicit Bm25Index(std::span<const std::string> texts, const Bm25Options& options = {});

  // The best documents that hold a word of the query; others are not retrieved.
  Ranking Search(std::string_view query, std::span<const std::uint32_t> tie_order, std::size_t depth) const;

  std::size_t documents() const { return documents_; }
  // The score of every document, 0 where it holds no word of the query.
  std::vector<double> Scores(std::string_view query) const;

 private:
  struct Posting {
    std::uint32_t document;
    float weight;  // f / (f + ...)
  };
  std::size_t documents_;
  bool english_stems_;
  std::unordered_map<std::string, std::vector<Posting>> postings_;
};

// By query.
std::vector<Ranking> SearchBm25(const Bm25Index& index, std::span<const std::string> queries,
                                std::span<const std::uint32_t> tie_order, std::size_t depth,
                                ThreadPool& pool);

}  // namespace lengthwise
