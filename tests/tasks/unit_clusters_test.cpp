#include "tasks/unit_clusters.h"

#include <gtest/gtest.h>

#include "lengthwise/error.h"
#include "statistics/halves.h"
#include "tasks/compare_runs.h"

namespace lengthwise {
namespace {

using Groups = std::vector<std::uint32_t>;

RetrievalTask Queries(const std::vector<std::vector<Relevance>>& judgements, std::size_t documents) {
  RetrievalTask task;
  for (std::size_t d = 0; d < documents; ++d)
    task.corpus.documents.push_back({"d" + std::to_string(d), "", "t"});
  for (std::size_t q = 0; q < judgements.size(); ++q)
    task.queries.push_back({"q" + std::to_string(q), "", "t"});
  task.corpus.judgements = judgements;
  return task;
}

TEST(ClusterQueries, AreThoseOfADocument) {
  // What is judged not to be relevant connects nothing; a query without a relevant document is by itself.
  const UnitClusters found =
      ClusterQueries(Queries({{{4, 1}}, {{0, 1}, {4, 0}}, {{2, 1}, {4, 2}}, {{1, 0}}, {{0, 1}}}, 5));
  EXPECT_EQ(found.by, "relevant_document");
  EXPECT_EQ(found.clusters.of, (Groups{0, 1, 0, 2, 1}));
  EXPECT_EQ(found.clusters.names, (std::vector<std::string>{"d4", "d0", "q3"}));
  EXPECT_EQ(found.note, "");
}

TEST(ClusterQueries, AreConnectedByTheOtherCorporaToo) {
  RetrievalTask task = Queries({{{0, 1}}, {{1, 1}}, {{2, 1}}}, 3);
  Corpus articles;
  articles.documents = {{"a", "", "t"}, {"b", "", "t"}};
  articles.judgements = {{{0, 1}}, {{1, 1}}, {{0, 1}}};
  task.others.push_back(articles);
  EXPECT_EQ(ClusterQueries(task).clusters.of, (Groups{0, 1, 0}));
}

TEST(ClusterQueries, AreEachItsOwnWhereNoneSharesADocument) {
  const UnitClusters found = ClusterQueries(Queries({{{0, 1}}, {{1, 1}, {2, 1}}}, 3));
  EXPECT_EQ(found.by, "unit");
  EXPECT_TRUE(found.clusters.of.empty());
}

TEST(ClusterQueries, AreEachItsOwnWhereAChainTiesThemTogetherAndSaySo) {
  std::vector<std::vector<Relevance>> chain, few;
  for (std::uint32_t q = 0; q < 40; ++q) {
    chain.push_back({{q, 1}, {q + 1, 1}});
    few.push_back({{q % 4, 1}});
  }
  const UnitClusters found = ClusterQueries(Queries(chain, 41));
  EXPECT_EQ(found.by, "unit");
  EXPECT_TRUE(found.clusters.of.empty());
  EXPECT_NE(found.note.find("40 of 40"), std::string::npos) << found.note;
  // Four documents that are asked for ten times each are four causes, not forty.
  const UnitClusters four = ClusterQueries(Queries(few, 4));
  EXPECT_EQ(four.by, "relevant_document");
  EXPECT_EQ(four.clusters.names.size(), 4U);
}

TEST(ClusterQueries, AreThoseGiven) {
  RetrievalTask task = Queries({{{0, 1}}, {{0, 1}}, {{1, 1}}}, 2);
  task.clusters = {"monday", "tuesday", "monday"};
  EXPECT_EQ(ClusterQueries(task).by, "given");
  EXPECT_EQ(ClusterQueries(task).clusters.of, (Groups{0, 1, 0}));
  task.clusters.pop_back();
  EXPECT_THROW(ClusterQueries(task), Error);
}

TEST(ClusterTexts, AreEqualTexts) {
  LabelledTask task;
  task.texts = {"a", "b", "a", "c"};
  EXPECT_EQ(ClusterTexts(task).clusters.of, (Groups{0, 1, 0, 2}));
  EXPECT_EQ(ClusterTexts(task).by, "text");
}

SimilarityTask Pairs(std::size_t texts, bool crossed) {
  SimilarityTask task;
  for (std::size_t i = 0; i < texts; ++i) {
    for (std::size_t j = i + 1; j < texts && (crossed || j == i + 1); ++j) {
      if (!crossed && i % 2 == 1) continue;
      task.first.push_back("t" + std::to_string(i));
      task.second.push_back("t" + std::to_string(j));
      task.scores.push_back(static_cast<double>(i + j));
    }
  }
  return task;
}

TEST(ClusterPairs, AreDrawnByBothTextsWhereAllAreCompared) {
  const UnitClusters found = ClusterPairs(Pairs(6, true));
  EXPECT_EQ(found.by, "both_texts");
  EXPECT_EQ(found.clusters.of, (Groups{0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4}));
  EXPECT_EQ(found.clusters.second, (Groups{1, 2, 3, 4, 5, 2, 3, 4, 5, 3, 4, 5, 4, 5, 5}));
  EXPECT_EQ(found.clusters.names[5], "t5");
  EXPECT_EQ(ClusterPairs(Pairs(40, false)).by, "unit");
  SimilarityTask some = Pairs(40, false);
  some.second[0] = some.first[1];
  EXPECT_EQ(ClusterPairs(some).by, "text");
  EXPECT_EQ(ClusterPairs(some).clusters.names.size(), 19U);
}

// Halves share no text: those pairs choose, and are judged, whose texts are of one half.
TEST(SummariseSweep, SplitsPairsByText) {
  const SimilarityTask task = Pairs(30, true);
  const UnitClusters clusters = ClusterPairs(task);
  std::size_t expected[2] = {0, 0}, half_of[30];
  for (std::size_t i = 0; i < 30; ++i) half_of[i] = HalfOf("t" + std::to_string(i), 4);
  for (std::size_t i = 0; i < 30; ++i) {
    for (std::size_t j = i + 1; j < 30; ++j) expected[half_of[i]] += half_of[i] == half_of[j] ? 1 : 0;
  }
  std::vector<std::string> ids;
  for (std::size_t p = 0; p < task.scores.size(); ++p) ids.push_back(std::to_string(p + 1));
  ScoredRun base, warm;
  base.metrics.push_back({"m", MeanOfUnits(std::vector<std::optional<double>>(ids.size(), 0.5))});
  warm.metrics.push_back({"m", MeanOfUnits(std::vector<std::optional<double>>(ids.size(), 0.6))});
  warm.description.repair.temperature = 0.8F;
  const ScoredRun runs[] = {base, warm};
  ThreadPool pool(1);
  const Sweep sweep = *SummariseSweep(runs, ids, {}, {.seed = 4, .replicates = 20}, pool, clusters.clusters);
  ASSERT_EQ(sweep.choices.size(), 2U);
  EXPECT_EQ(sweep.choices[0].validation_units, expected[0]);
  EXPECT_EQ(sweep.choices[0].test_units, expected[1]);
  EXPECT_LT(expected[0] + expected[1], task.scores.size());
}

}  // namespace
}  // namespace lengthwise
