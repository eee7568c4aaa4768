#include "search/ranking_metrics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lengthwise {
namespace {

Ranking Places(std::initializer_list<std::uint32_t> documents) {
  Ranking ranking;
  for (const std::uint32_t document : documents)
    ranking.push_back({document, 1.0F / static_cast<float>(ranking.size() + 1)});
  return ranking;
}

// Documents 1, 4 and 7 are relevant with grades 2, 1 and 3; 2 is judged not to be, 3 worse than that.
// (trec_eval gives the same: tests/python/test_evaluate.py compares whole tasks.)
const std::vector<Relevance> kJudgements = {{1, 2}, {2, 0}, {3, -1}, {4, 1}, {7, 3}};
const Ranking kRanking = Places({9, 4, 3, 7, 8, 1});

TEST(RankingMetrics, NdcgIsTheGainOverThatOfTheBestOrder) {
  const double ideal = 3 + 2 / std::log2(3) + 1 / std::log2(4);
  EXPECT_NEAR(NdcgAt(kRanking, kJudgements, 10),
              (1 / std::log2(3) + 3 / std::log2(5) + 2 / std::log2(7)) / ideal, 1e-15);
  // Cut after four places, the best order is cut too.
  EXPECT_NEAR(NdcgAt(kRanking, kJudgements, 4), (1 / std::log2(3) + 3 / std::log2(5)) / ideal, 1e-15);
  EXPECT_NEAR(NdcgAt(kRanking, kJudgements, 2), (1 / std::log2(3)) / (3 + 2 / std::log2(3)), 1e-15);
  EXPECT_DOUBLE_EQ(NdcgAt(Places({7, 1, 4, 2}), kJudgements, 10), 1);
}

TEST(RankingMetrics, TheOthersCountWhatIsRelevantWhateverItsGrade) {
  EXPECT_DOUBLE_EQ(ReciprocalRankAt(kRanking, kJudgements, 10), 1 / 2.0);
  EXPECT_DOUBLE_EQ(ReciprocalRankAt(kRanking, kJudgements, 1), 0);
  EXPECT_DOUBLE_EQ(RecallAt(kRanking, kJudgements, 4), 2 / 3.0);
  EXPECT_DOUBLE_EQ(RecallAt(kRanking, kJudgements, 100), 1);
  EXPECT_DOUBLE_EQ(AveragePrecisionAt(kRanking, kJudgements, 1000), (1 / 2.0 + 2 / 4.0 + 3 / 6.0) / 3);
  EXPECT_DOUBLE_EQ(AveragePrecisionAt(kRanking, kJudgements, 5), (1 / 2.0 + 2 / 4.0) / 3);
}

TEST(RankingMetrics, NothingFoundOrNothingRelevantScoresNothing) {
  const std::vector<Relevance> none = {{2, 0}, {3, -1}};
  for (const auto metric : {NdcgAt, ReciprocalRankAt, RecallAt, AveragePrecisionAt}) {
    EXPECT_EQ(metric(Ranking{}, kJudgements, 10), 0);
    EXPECT_EQ(metric(kRanking, none, 10), 0);
    EXPECT_EQ(metric(Places({2, 3, 5}), kJudgements, 10), 0);
  }
}

}  // namespace
}  // namespace lengthwise
