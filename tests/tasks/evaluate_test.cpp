#include "tasks/evaluate.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "tasks/made_retrieval.h"

namespace lengthwise {
namespace {

using testing::AtTemperature;
using testing::Find;
using testing::kTinyBert;
using testing::MakeRetrieval;
using testing::Options;
using testing::PlainNdcg;
using testing::Text;

Session OfLength(std::size_t length) {
  EmbedderOptions options = AtTemperature(1);
  options.max_length = length;
  return Session(kTinyBert, options);
}

TEST(EvaluateTask, AppliesATemperatureToTheSideAskedFor) {
  const Task task = MakeRetrieval();
  const auto& retrieval = std::get<RetrievalTask>(task.data);
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.temperatures = {0.2F};
  options.sides = {Side::kBoth, Side::kDocuments, Side::kQueries};
  options.static_control = true;
  const std::vector<TaskResult> results = EvaluateTask(task, base, options);
  ASSERT_EQ(results.size(), 1U);
  ASSERT_EQ(results[0].runs.size(), 6U);
  const Session hot(kTinyBert, AtTemperature(0.2F));
  const auto score = [&](const std::string& name) {
    return *Find(results[0], name).metrics[0].score.estimate;
  };
  EXPECT_NEAR(score("model"), PlainNdcg(retrieval, base, base), 1e-9);
  EXPECT_NEAR(score("temperature 0.2"), PlainNdcg(retrieval, hot, hot), 1e-9);
  EXPECT_NEAR(score("temperature 0.2 documents"), PlainNdcg(retrieval, hot, base), 1e-9);
  EXPECT_NEAR(score("temperature 0.2 queries"), PlainNdcg(retrieval, base, hot), 1e-9);
  std::set<double> different = {score("model"), score("temperature 0.2"), score("temperature 0.2 documents"),
                                score("temperature 0.2 queries")};
  EXPECT_GT(different.size(), 2U);  // else the sides could be mixed up unseen
}

TEST(EvaluateTask, CutsDocumentsAloneInTheControlledArm) {
  const Task task = MakeRetrieval();
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.cuts = {24, 40};
  const TaskResult result = EvaluateTask(task, base, options)[0];
  for (const std::size_t length : options.cuts) {
    const RunResult& run = Find(result, "cut to " + std::to_string(length) + " tokens");
    const Session cut = OfLength(length);
    EXPECT_NEAR(*run.metrics[0].score.estimate, PlainNdcg(std::get<RetrievalTask>(task.data), cut, base),
                1e-9);
    EXPECT_FALSE(run.description.repair.temperature);
  }
}

TEST(EvaluateTask, SetsTheSimilarityOfDocumentsBesideTheLoss) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.static_control = true;
  const TaskResult result = EvaluateTask(MakeRetrieval(), base, options)[0];
  ASSERT_TRUE(result.collapse);
  EXPECT_EQ(result.collapse->loss_against, "bm25");
  const RunResult& bm25 = Find(result, "bm25");
  for (const CollapsePoint& point : result.collapse->points) {
    const RunResult& run = Find(result, point.run);
    for (std::size_t b = 0; b < run.by_length[0].buckets.size(); ++b) {
      if (run.by_length[0].buckets[b].from != point.from) continue;
      EXPECT_NEAR(point.loss,
                  *bm25.by_length[0].buckets[b].score.estimate - *run.by_length[0].buckets[b].score.estimate,
                  1e-12);
    }
  }
}

TEST(EvaluateTask, ComparesEveryRunWithTheModelQueryByQuery) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.temperatures = {0.5F, 0.2F};
  const TaskResult result = EvaluateTask(MakeRetrieval(), base, options)[0];
  EXPECT_FALSE(result.runs[0].comparison);
  for (std::size_t r = 1; r < result.runs.size(); ++r) {
    const RunComparison& comparison = *result.runs[r].comparison;
    EXPECT_NEAR(*comparison.difference.estimate,
                *result.runs[r].metrics[0].score.estimate - *result.runs[0].metrics[0].score.estimate, 1e-12);
    EXPECT_LE(comparison.rescued.size(), comparison.better);
    EXPECT_LE(comparison.lost.size(), comparison.worse);
  }
  // Every query stands in one bucket of each kind.
  for (const BucketedScores& group : result.runs[0].by_length) {
    std::size_t count = 0;
    double sum = 0;
    for (const BucketScore& bucket : group.buckets) {
      count += bucket.count;
      sum += static_cast<double>(bucket.count) * *bucket.score.estimate;
      EXPECT_LE(static_cast<double>(bucket.from), bucket.length);
      EXPECT_GE(static_cast<double>(bucket.to), bucket.length);
    }
    EXPECT_EQ(count, 24U);
    EXPECT_NEAR(sum / 24, *result.runs[0].metrics[0].score.estimate, 1e-12);
  }
  ASSERT_TRUE(result.sweep);
  EXPECT_EQ(result.sweep->curves[0].temperatures.size(), 2U);
  EXPECT_LT(result.sweep->curves[0].temperatures[0], result.sweep->curves[0].temperatures[1]);
  ASSERT_EQ(result.sweep->choices.size(), 2U);
  EXPECT_EQ(result.sweep->choices[0].validation_units, result.sweep->choices[1].test_units);
  EXPECT_EQ(result.sweep->choices[0].validation_units + result.sweep->choices[0].test_units, 24U);
}

// Queries are words of documents of the other corpus; of the task's own, each is two of these joined.
TEST(EvaluateTask, ComparesTheSameContentAtTwoLengthsBesideBm25) {
  Task task = MakeRetrieval();
  auto& retrieval = std::get<RetrievalTask>(task.data);
  Corpus parts = std::move(retrieval.corpus);
  parts.name = "parts";
  retrieval.corpus = {};
  for (std::size_t d = 0; d < parts.documents.size(); d += 2) {
    retrieval.corpus.documents.push_back(
        {"w" + std::to_string(d), "", parts.documents[d].text + " " + parts.documents[d + 1].text});
  }
  for (std::uint32_t q = 0; q < 24; ++q) retrieval.corpus.judgements.push_back({{q / 2, 1}});
  retrieval.others.push_back(std::move(parts));
  const Session base(kTinyBert, AtTemperature(1));
  const TaskResult result = EvaluateTask(task, base, Options())[0];
  ASSERT_EQ(result.corpora.size(), 1U);
  const auto score = [&](const std::string& name) { return *Find(result, name).metrics[0].score.estimate; };
  // The other corpus alone, as a task of its own.
  EXPECT_NEAR(score("parts"),
              *EvaluateTask(MakeRetrieval(), base, Options())[0].runs[0].metrics[0].score.estimate, 1e-12);
  const CorpusComparison& found = result.corpora[0];
  EXPECT_NEAR(*found.model.estimate, score("model") - score("parts"), 1e-12);
  EXPECT_NEAR(*found.bm25.estimate, score("bm25") - score("parts bm25"), 1e-12);
  EXPECT_NEAR(*found.excess.estimate, *found.model.estimate - *found.bm25.estimate, 1e-12);
  EXPECT_EQ(found.documents, 40U);
  // Two special tokens a document: joined, a pair has two fewer.
  EXPECT_NEAR(found.own_length, 2 * found.length - 2, 1e-9);
}

TEST(EvaluateTask, IsTheSameAtAnyNumberOfThreads) {
  const Task task = MakeRetrieval();
  const Session one(kTinyBert, AtTemperature(1, 1));
  const Session three(kTinyBert, AtTemperature(1, 3));
  const TaskResult a = EvaluateTask(task, one, Options())[0];
  const TaskResult b = EvaluateTask(task, three, Options())[0];
  for (std::size_t r = 0; r < a.runs.size(); ++r) {
    for (std::size_t m = 0; m < a.runs[r].metrics.size(); ++m) {
      EXPECT_EQ(a.runs[r].metrics[m].score.estimate, b.runs[r].metrics[m].score.estimate);
      EXPECT_EQ(a.runs[r].metrics[m].score.low, b.runs[r].metrics[m].score.low);
    }
  }
}

TEST(EvaluateTask, GivesAFolderWithLabelsTwoResultsAndPairsOne) {
  Random random(2);
  LabelledTask labelled;
  labelled.labels = {"long", "short"};
  SimilarityTask similarity;
  for (std::uint32_t i = 0; i < 40; ++i) {
    labelled.label_of.push_back(i % 2);
    labelled.texts.push_back(Text(i % 2 == 0 ? 40 : 3, random));
    similarity.first.push_back(Text(5, random));
    similarity.second.push_back(i % 3 == 0 ? similarity.first.back() : Text(5, random));
    similarity.scores.push_back(i % 3 == 0 ? 5 : 1);
  }
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.temperatures = {0.5F};
  options.sides = {Side::kDocuments, Side::kQueries};  // of no meaning here
  const std::vector<TaskResult> labels = EvaluateTask({"l", "l", labelled}, base, options);
  ASSERT_EQ(labels.size(), 2U);
  EXPECT_EQ(labels[0].kind, "classification");
  EXPECT_EQ(labels[0].units, 20U);
  EXPECT_EQ(labels[0].runs.size(), 2U);
  EXPECT_EQ(labels[1].kind, "clustering");
  EXPECT_EQ(labels[1].units, 40U);
  const TaskResult pairs = EvaluateTask({"p", "p", similarity}, base, options)[0];
  EXPECT_EQ(pairs.kind, "similarity");
  // Equal texts have cosine 1 and the higher score: ranks agree, but for ties among the lower scores.
  EXPECT_GT(*pairs.runs[0].metrics[0].score.estimate, 0.7);
}

}  // namespace
}  // namespace lengthwise
