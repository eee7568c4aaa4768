// Tasks: what embeddings are put to, with the right answers; and their folders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
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
  // By query: what it has in common with others of the same name (an article, a meeting), with which it is
  // resampled. Empty: none given; queries connected by relevant documents that they share then belong
  // together.
  std::vector<std::string> clusters;
};

// Tell the label of a text, and find the groups that the labels make.
struct LabelledTask {
  std::vector<std::string> texts;
  std::vector<std::string> labels;      // sorted
  std::vector<std::uint32_t> label_of;  // by text
  std::vector<bool> is_test;            // by text; empty where the folder names no split
  // By text (its author, its source), as those of queries. Empty: none given; equal texts belong together.
  std::vector<std::string> clusters;
};

// Rate how alike two texts are.
struct SimilarityTask {
  std::vector<std::string> first;
  std::vector<std::string> second;
  std::vector<double> scores;
  // By pair, as those of queries. Empty: none given; pairs are then resampled by both of their texts.
  std::vector<std::string> clusters;
};

struct Task {
  std::string name;  // of the folder
  std::string folder;
  std::variant<RetrievalTask, LabelledTask, SimilarityTask> data;
};

// By the files in it, a folder is
//   retrieval                      corpus.jsonl {"_id", "title", "text"}, queries.jsonl {"_id", "text"}, and
//                                  qrels.tsv or qrels/test.tsv: query id, document id, grade, separated by
//                                  tabs, with or without a header (the form of BEIR); and for every other
//                                  corpus-NAME.jsonl, which answers the same queries, qrels-NAME.tsv;
//                                  queries optionally with "cluster";
//   classification and clustering  docs.jsonl {"text", "label"}, optionally "split": "train" or "test"
//                                  (texts for "validation" are left out), and "cluster";
//   similarity (STS)               pairs.jsonl {"sentence1", "sentence2" (or "text1", "text2"), "score"},
//                                  optionally "cluster".
// A "cluster" is a text or a whole number; all lines of a file have one, or none.
// Throws kIo, or kBadInput naming file and line: not JSON, a member that is missing or of the wrong type, an
// empty text, an id twice, a judgement of an unknown id or given twice, a label with one text or with no text
// to train on, a score that is not a finite number; and for a folder without a task, or with more than one.
Task ReadTask(const std::filesystem::path& folder);

// What is dubious about its texts: of the documents of each corpus, the queries, the labelled texts or the
// pairs by themselves; messages name the task and the part. Pairs may hold a text more than once.
std::vector<InputWarning> CheckTaskTexts(const Task& task);

// corpus.jsonl, queries.jsonl and qrels.tsv, and those of the other corpora, into a folder that exists, which
// ReadTask then reads as the same task. Throws kIo, and kBadInput for an id with a tab or a new line, which
// qrels.tsv cannot hold.
void WriteTask(const RetrievalTask& task, const std::filesystem::path& folder);

}  // namespace lengthwise
