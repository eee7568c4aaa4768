#include "tasks/metric_name.h"

#include <gtest/gtest.h>

namespace lengthwise {
namespace {

TEST(MetricForPeople, IsWrittenAsPeopleWriteIt) {
  EXPECT_EQ(MetricForPeople("ndcg_at_10"), "nDCG@10");
  EXPECT_EQ(MetricForPeople("mrr_at_10"), "MRR@10");
  EXPECT_EQ(MetricForPeople("map_at_1000"), "MAP");
  EXPECT_EQ(MetricForPeople("recall_at_10"), "Recall@10");
  EXPECT_EQ(MetricForPeople("recall_at_100"), "Recall@100");
  EXPECT_EQ(MetricForPeople("accuracy"), "accuracy");
  EXPECT_EQ(MetricForPeople("v_measure"), "V-measure");
  EXPECT_EQ(MetricForPeople("cosine_spearman"), "Spearman");
  EXPECT_EQ(MetricForPeople("length_bias_at_10"), "length bias@10");
}

TEST(MetricForPeople, KeepsWhatItDoesNotKnow) {
  EXPECT_EQ(MetricForPeople("rank_fusion"), "rank fusion");
  EXPECT_EQ(MetricForPeople("gain_at_10"), "gain at 10");
  EXPECT_EQ(MetricForPeople(""), "");
}

}  // namespace
}  // namespace lengthwise
