#include <gtest/gtest.h>

#include "lengthwise/evaluation_result.h"

namespace lengthwise {
namespace {

TEST(MetricTitle, IsWhatTheFieldWrites) {
  EXPECT_EQ(MetricTitle("ndcg_at_10"), "nDCG@10");
  EXPECT_EQ(MetricTitle("map_at_1000"), "MAP@1000");
  EXPECT_EQ(MetricTitle("cosine_spearman"), "Spearman correlation");
}

TEST(MetricTitle, OfAnUnknownMetricIsItsName) {
  EXPECT_EQ(MetricTitle("pearson_of_2030"), "pearson_of_2030");
}

}  // namespace
}  // namespace lengthwise
