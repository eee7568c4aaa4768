#include "attention/attention_summary.h"

#include <gtest/gtest.h>

namespace lengthwise {
namespace {

HeadRecord Record(std::size_t text, std::size_t layer, std::size_t head, std::size_t n, double sigma_hc,
                  double bound) {
  HeadRecord record;
  record.text = text;
  record.layer = layer;
  record.head = head;
  record.tokens = n;
  record.spectrum.sigma_hc = sigma_hc;
  record.spectrum.converged = true;
  record.laws.bound = bound;
  return record;
}

TEST(AttentionSummary, AveragesLayersAndCountsHeadsAboveTheBound) {
  AttentionSummary summary(2, 1, false);
  summary.Add(Record(0, 0, 0, 10, 0.5, 0.4));
  summary.Add(Record(0, 1, 0, 10, 0.3, 0.4));
  summary.Add(Record(1, 0, 0, 20, 0.7, 0.2));
  HeadRecord lost = Record(1, 1, 0, 20, 0.5, 0.2);
  lost.spectrum.converged = false;
  summary.Add(lost);
  const OrderedJson json = summary.ToJson();
  EXPECT_EQ(json["heads"], 2);
  EXPECT_EQ(json["lines"], 4);
  EXPECT_EQ(json["not_converged"], 1);
  EXPECT_DOUBLE_EQ(json["layers"][0]["sigma_hc"], 0.6);
  EXPECT_DOUBLE_EQ(json["layers"][0]["bound"], 0.3);
  EXPECT_EQ(json["layers"][0]["above_bound"], 1.0);
  EXPECT_EQ(json["layers"][1]["above_bound"], 0.5);
  EXPECT_DOUBLE_EQ(json["all"]["sigma_hc"], 0.5);
  EXPECT_FALSE(json["all"].contains("by_length"));
}

TEST(AttentionSummary, ComparesLengthsWithinEachTextWhereTextsAreCut) {
  // Each text's sigma rises with n. The second text has larger values at its short lengths alone, so that
  // over all records sigma falls.
  const auto add = [](AttentionSummary& summary) {
    summary.Add(Record(0, 0, 0, 100, 1.0, 1.0));
    summary.Add(Record(0, 0, 0, 200, 1.1, 1.0));
    summary.Add(Record(1, 0, 0, 10, 5.0, 1.0));
    summary.Add(Record(1, 0, 0, 20, 5.1, 1.0));
  };
  AttentionSummary cut(1, 1, true);
  add(cut);
  EXPECT_EQ(cut.ToJson()["all"]["rising"], 1.0);
  AttentionSummary natural(1, 1, false);
  add(natural);
  EXPECT_EQ(natural.ToJson()["all"]["rising"], 0.0);
  const OrderedJson lengths = cut.ToJson()["layers"][0]["by_length"];
  ASSERT_EQ(lengths.size(), 4U);
  EXPECT_EQ(lengths[0]["n"], 10);
  EXPECT_EQ(lengths[3]["lines"], 1);
  EXPECT_DOUBLE_EQ(lengths[3]["sigma_hc"], 1.1);
}

TEST(AttentionSummary, CountsRisingHeadsOverThoseWhoseLengthVaries) {
  AttentionSummary summary(1, 3, false);
  for (std::size_t text = 0; text < 2; ++text) {
    const std::size_t n = 10 + 10 * text;
    summary.Add(Record(text, 0, 0, n, 1.0 + static_cast<double>(text), 1.0));
    summary.Add(Record(text, 0, 1, n, 1.0 - 0.1 * static_cast<double>(text), 1.0));
    summary.Add(Record(text, 0, 2, 10, 1.0 + static_cast<double>(text), 1.0));
  }
  EXPECT_EQ(summary.ToJson()["all"]["rising"], 0.5);
  AttentionSummary one(1, 1, false);
  one.Add(Record(0, 0, 0, 10, 1.0, 1.0));
  EXPECT_TRUE(one.ToJson()["all"]["rising"].is_null());
}

TEST(AttentionSummary, ShowsARowForEachLayerAndLength) {
  AttentionSummary summary(1, 1, true);
  summary.Add(Record(0, 0, 0, 10, 0.25, 0.5));
  summary.Add(Record(0, 0, 0, 20, 0.75, 0.25));
  const std::string table = summary.Table();
  EXPECT_NE(table.find("n = 10"), std::string::npos) << table;
  EXPECT_NE(table.find("0.750"), std::string::npos) << table;
  EXPECT_NE(table.find("50%"), std::string::npos) << table;
}

}  // namespace
}  // namespace lengthwise
