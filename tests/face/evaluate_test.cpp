#include "lengthwise/evaluate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "lengthwise/error.h"
#include "lengthwise/report.h"

namespace lengthwise {
namespace {

Embedder Tiny() {
  EmbedderOptions options;
  options.threads = 2;
  return Embedder(std::filesystem::path(LENGTHWISE_TEST_DATA) / "tiny_bert", options);
}

// Every document is asked for by its own first words.
Task Retrieval() {
  Random random(3);
  RetrievalTask data;
  for (std::size_t d = 0; d < 24; ++d) {
    std::string text;
    for (std::size_t w = 0; w < 4 + 2 * d; ++w) text += random.Below(2) == 0 ? "long text " : "the model ";
    data.corpus.documents.push_back({std::to_string(d), "", text});
    data.queries.push_back({"q" + std::to_string(d), "", text.substr(0, 30)});
    data.corpus.judgements.push_back({{static_cast<std::uint32_t>(d), 1}});
  }
  return {.name = "own-words", .folder = "own-words", .data = std::move(data)};
}

EvaluationOptions Quick() {
  EvaluationOptions options;
  options.resampling.replicates = 20;
  options.post_processes = {ParsePostProcessSpec("center")};
  options.command = {"lengthwise", "evaluate"};
  return options;
}

TEST(EvaluateFace, GivesTheMainNumbersOfItsDocument) {
  const Embedder embedder = Tiny();
  const std::vector<TaskResult> results = EvaluateTask(Retrieval(), embedder, Quick());
  ASSERT_EQ(results.size(), 1U);
  const Json document = Json::parse(EvaluationDocument(results, embedder, Quick()));
  EXPECT_EQ(document["command"], Json({"lengthwise", "evaluate"}));
  const Json& runs = document["tasks"][0]["runs"];
  ASSERT_EQ(runs.size(), results[0].runs.size());
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const MetricScore& metric = results[0].runs[r].metrics[0];
    EXPECT_EQ(runs[r]["run"], RunName(results[0].runs[r].description));
    EXPECT_NEAR(runs[r]["metrics"][metric.name]["estimate"].get<double>(), *metric.score.estimate, 1e-6);
  }
}

TEST(EvaluateFace, DescribesItsDocumentAndEachTaskInAFewWords) {
  const Embedder embedder = Tiny();
  const std::vector<TaskResult> results = EvaluateTask(Retrieval(), embedder, Quick());
  const std::string document = EvaluationDocument(results, embedder, Quick());
  EXPECT_EQ(Describe(document).answer, Json::parse(document)["sentence"]);
  EXPECT_NE(DescribeTask(results[0]).find("nDCG@10 by query, 24 in all"), std::string::npos);
  const Json summary = Json::parse(TaskSummary(results[0]));
  EXPECT_EQ(summary["metric"], "ndcg_at_10");
  EXPECT_EQ(summary["runs"].size(), results[0].runs.size());
}

TEST(EvaluateFace, EndsWhereProgressSaysSo) {
  std::size_t calls = 0;
  try {
    EvaluateTask(Retrieval(), Tiny(), Quick(), [&](std::size_t, std::size_t) { return ++calls < 2; });
    FAIL() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCancelled);
  }
  EXPECT_EQ(calls, 2U);
}

TEST(EvaluateFace, RefusesWhatTheTaskDoesNotHave) {
  EvaluationOptions options = Quick();
  options.csls = {100};
  try {
    CheckEvaluationOptions(options, Tiny(), Retrieval());
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_NE(std::string(error.what()).find("own-words has 24 queries"), std::string::npos);
  }
}

}  // namespace
}  // namespace lengthwise
