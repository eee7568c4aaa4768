// Tasks: what embeddings are put to, with the right answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "lengthwise/documents.h"

namespace lengthwise {

// One judgement: a grade above 0 is relevant, more so the larger.
struct Relevance {
  std::uint32_t document = 0;
  int grade = 0;
};

// Documents, and which of them answer each query.
struct Corpus {
  std::string name;
  std::vector<Document> documents;
  std::vector<std::vector<Relevance>> judgements;  // by query, by ascending document
};

// Find the documents that answer a query.
struct RetrievalTask {
  Corpus corpus;
  std::vector<Document> queries;  // those with a judgement
  // The same content for the same queries in documents of another length (paragraphs instead of articles,
  // say): the controlled arm.
  std::vector<Corpus> others;
  std::size_t unjudged_queries = 0;  // read, and left out
};

// Tell the label of a text, and find the groups that the labels make.
struct LabelledTask {
  std::vector<std::string> texts;
  std::vector<std::string> labels;      // sorted
  std::vector<std::uint32_t> label_of;  // by text
  std::vector<bool> is_test;            // by text; empty where the folder names no split
};

// Rate how alike two texts are.
struct SimilarityTask {
  std::vector<std::string> first;
  std::vector<std::string> second;
  std::vector<double> scores;
};

struct Task {
  std::string name;  // of the folder
  std::string folder;
  std::variant<RetrievalTask, LabelledTask, SimilarityTask> data;
};

}  // namespace lengthwise
