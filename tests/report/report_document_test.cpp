#include "report/report_document.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "lengthwise/error.h"
#include "rising_result.h"

namespace lengthwise {
namespace {

TEST(ReportDocument, RoundsToSevenDigitsAndDropsRoundingNoise) {
  Measurement result = Rising();
  result.index->slope = {1.0 / 3.0, -1e-17, 123456789.0};
  const OrderedJson slope = ReportDocument(result, {})["collapse_index"]["slope"];
  EXPECT_EQ(slope.dump(), R"({"estimate":0.3333333,"low":0.0,"high":123456800.0})");
}

TEST(ReportDocument, RefusesNumbersThatAreNotFinite) {
  Measurement result = Rising();
  result.index->slope.estimate = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(ReportDocument(result, {}), Error);
}

TEST(ReportDocument, IsNullWhereThereIsNoIndexNoShapeAndNoLimit) {
  Measurement result;
  result.model.limits = {512, 0, 512};
  const OrderedJson report = ReportDocument(result, {});
  EXPECT_TRUE(report["collapse_index"].is_null());
  EXPECT_TRUE(report["shapes"].is_null());
  EXPECT_TRUE(report["model"]["limits"]["sentence_transformers"].is_null());
  EXPECT_TRUE(report["repair"]["by_head"].is_null());
  EXPECT_EQ(report["repair"]["identity"], true);
}

TEST(ReportDocument, NamesTheRepair) {
  Measurement result;
  result.model.attention.by_head = {{0.5F, 0.25F}, {1.0F}};
  const OrderedJson repair = ReportDocument(result, {})["repair"];
  EXPECT_EQ(
      repair.dump(),
      R"({"identity":false,"temperature":1.0,"reading":"scores","by_head":[[0.5,0.25],[1.0]],"post_processing":"none"})");
}

TEST(FormatReport, IsTheSameDocumentWithOneTableRowALine) {
  Measurement result = Rising();
  result.layers.resize(2);
  result.heads.resize(3);
  const OrderedJson report = ReportDocument(result, {{"lengthwise", "measure"}, "texts.jsonl"});
  const std::string text = FormatReport(report);
  EXPECT_EQ(OrderedJson::parse(text), report);
  EXPECT_NE(text.find("\n  \"heads\": [\n    {\"arm\":"), std::string::npos) << text;
  EXPECT_EQ(text.back(), '\n');
}

TEST(FormatReport, ReplacesTextThatIsNotUtf8) {
  const std::string text = FormatReport(ReportDocument(Rising(), {{"lengthwise", "\xff"}, "a\xffz"}));
  EXPECT_NE(text.find("a\xEF\xBF\xBDz"), std::string::npos);
}

}  // namespace
}  // namespace lengthwise
