// A retrieval task with the tiny model, and what its runs must score, by plain sums.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "embedding/session.h"
#include "lengthwise/evaluation_options.h"
#include "lengthwise/evaluation_result.h"
#include "lengthwise/task.h"

namespace lengthwise::testing {

inline const std::filesystem::path kTinyBert = std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert";

inline std::string Text(std::size_t words, Random& random) {
  static const char* const kWords[] = {"the", "length", "of",    "text", "is",
                                       "a",   "long",   "token", "and",  "short"};
  std::string text;
  for (std::size_t w = 0; w < words; ++w) text += std::string(w > 0 ? " " : "") + kWords[random.Below(10)];
  return text;
}

// 40 documents of 2 to 60 words; 24 queries, each the first words of a document of their own.
inline Task MakeRetrieval() {
  Random random(1);
  RetrievalTask task;
  for (std::size_t d = 0; d < 40; ++d)
    task.corpus.documents.push_back({"d" + std::to_string(d), "", Text(2 + random.Below(59), random)});
  for (std::size_t q = 0; q < 24; ++q) {
    task.queries.push_back({"q" + std::to_string(q), "", task.corpus.documents[q].text.substr(0, 30)});
    task.corpus.judgements.push_back({{static_cast<std::uint32_t>(q), 1}});
  }
  return {"made", "made", std::move(task)};
}

inline EvaluationOptions Options() {
  EvaluationOptions options;
  options.resampling.replicates = 100;
  return options;
}

inline EmbedderOptions AtTemperature(float temperature, std::size_t threads = 1) {
  EmbedderOptions options;
  options.attention.temperature = temperature;
  options.threads = threads;
  return options;
}

inline const RunResult& Find(const TaskResult& result, const std::string& name) {
  return *std::find_if(result.runs.begin(), result.runs.end(),
                       [&](const RunResult& run) { return RunName(run.description) == name; });
}

inline std::vector<std::string> Texts(const std::vector<Document>& documents) {
  std::vector<std::string> texts;
  for (const Document& document : documents) texts.push_back(document.text);
  return texts;
}

inline double Cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t c = 0; c < a.size(); ++c) ab += a[c] * b[c], aa += a[c] * a[c], bb += b[c] * b[c];
  return ab / std::sqrt(aa * bb);
}

// nDCG@10 of queries whose one relevant document is that of their own number, from every score.
inline double PlainNdcg(const std::vector<std::vector<double>>& scores) {
  double sum = 0;
  for (std::size_t q = 0; q < scores.size(); ++q) {
    const auto before =
        std::count_if(scores[q].begin(), scores[q].end(), [&](double score) { return score > scores[q][q]; });
    if (before < 10) sum += 1 / std::log2(static_cast<double>(before) + 2);
  }
  return sum / static_cast<double>(scores.size());
}

// From vectors that the embedders give.
inline double PlainNdcg(const RetrievalTask& task, const Session& for_documents, const Session& for_queries) {
  const Embeddings d = for_documents.Embed(Texts(task.corpus.documents), {});
  const Embeddings q = for_queries.Embed(Texts(task.queries), {});
  std::vector<std::vector<double>> scores(q.rows());
  for (std::size_t i = 0; i < q.rows(); ++i) {
    for (std::size_t j = 0; j < d.rows(); ++j) scores[i].push_back(Cosine(q.row(i), d.row(j)));
  }
  return PlainNdcg(scores);
}

}  // namespace lengthwise::testing
