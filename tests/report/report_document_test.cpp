#include "report/report_document.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "lengthwise/error.h"
#include "report/report_sentence.h"

namespace lengthwise {
namespace {

ShapeFit Fit(Shape shape, double weight, std::vector<std::pair<std::string, double>> parameters) {
  ShapeFit fit;
  fit.shape = shape;
  fit.parameters = std::move(parameters);
  fit.weight = weight;
  fit.fitted = {0.3, 0.4};
  return fit;
}

// A model trained to 256 of 512 positions, whose cosine rises from a knee at 238 on.
MeasureResult Rising() {
  MeasureResult result;
  result.model.limits = {256, 256, 512};
  result.truncated_asked = true;
  CollapseIndex index;
  index.documents = 151;
  index.lengths = {16, 512};
  index.slope = {0.02149, 0.0181, 0.0239};
  index.static_slope = Interval{0.0811, 0.08, 0.09};
  index.excess = Interval{-0.06, -0.07, -0.05};
  index.direction = Direction::kRises;
  result.index = index;
  Shapes shapes;
  shapes.lengths = {16, 512};
  shapes.fits = {Fit(Shape::kLinear, 0.05, {{"a", 0.2}, {"b", 0.001}}),
                 Fit(Shape::kBroken, 0.95, {{"knee", 238}})};
  shapes.preferred = 1;
  shapes.knee = Knee{238, 228, 245, 0.007, 0.114};
  result.shapes = shapes;
  return result;
}

void ExpectSays(const MeasureResult& result, const std::string& words) {
  EXPECT_NE(ReportSentence(result).find(words), std::string::npos) << ReportSentence(result);
}

void ExpectSilent(const MeasureResult& result, const std::string& words) {
  EXPECT_EQ(ReportSentence(result).find(words), std::string::npos) << ReportSentence(result);
}

TEST(ReportSentence, SaysTheIndexTheControlTheShapeAndTheKnee) {
  EXPECT_EQ(ReportSentence(Rising()),
            "Mean pairwise cosine rises by 0.021 [0.018, 0.024] per doubling of length from 16 to 512 tokens "
            "(the same "
            "tokens without attention: 0.081); the preferred shape is broken, with the knee at 238 tokens "
            "[228, 245], "
            "just below the trained limit of 256: 0.007 per doubling before it, 0.114 after.");
}

TEST(ReportSentence, TurnsTheSignsOfAFall) {
  MeasureResult result = Rising();
  result.index->slope = {-0.0104, -0.0152, -0.0051};
  result.index->direction = Direction::kFalls;
  ExpectSays(result, "falls by 0.010 [0.005, 0.015] per doubling");
}

TEST(ReportSentence, SaysThatThereIsNoTrend) {
  MeasureResult result = Rising();
  result.index->slope = {-0.0001, -0.003, 0.003};
  result.index->direction = Direction::kNoTrend;
  ExpectSays(result, "shows no clear trend with length: 0.000 [-0.003, 0.003] per doubling");
}

TEST(ReportSentence, SaysThatAnIntervalIsMissing) {
  MeasureResult result = Rising();
  result.index->slope = {0.02, std::nullopt, std::nullopt};
  result.index->direction = Direction::kUnknown;
  result.index->documents = 7;
  ExpectSays(result, "changes by 0.020 per doubling of length from 16 to 512 tokens");
  ExpectSays(result, "without an interval (7 documents)");
}

TEST(ReportSentence, LeavesOutAControlThatWasNotMeasured) {
  MeasureResult result = Rising();
  result.index->static_slope.reset();
  ExpectSilent(result, "without attention");
}

TEST(ReportSentence, PlacesTheKneeAgainstTheTrainedLimit) {
  MeasureResult result = Rising();
  result.shapes->knee = Knee{270, 250, 280, 0, 0.1};
  ExpectSays(result, "at 270 tokens [250, 280], at the trained limit of 256");
  result.shapes->knee = Knee{270, 260, 280, 0, 0.1};
  ExpectSays(result, ", just above the trained limit of 256");
  result.shapes->knee = Knee{400, 390, 420, 0, 0.1};
  ExpectSays(result, "[390, 420], above the trained limit of 256");
  result.shapes->knee = Knee{64, std::nullopt, std::nullopt, 0, 0.1};
  ExpectSays(result, "at 64 tokens, below the trained limit of 256");
  result.model.limits.sentence_transformers = 0;
  ExpectSilent(result, "trained limit");
}

TEST(ReportSentence, NamesTheKneeOfABrokenShapeThatIsNotPreferred) {
  MeasureResult result = Rising();
  result.shapes->preferred = 0;
  result.shapes->fits[0].weight = 0.55;
  result.shapes->fits[1].weight = 0.45;
  ExpectSays(result,
             "the preferred shape is linear (weight 0.55; next broken, 0.45); a broken shape would have its "
             "knee at 238 tokens [228, 245], just below the trained limit of 256.");
}

TEST(ReportSentence, SaysThatCosineFallsFirst) {
  MeasureResult result = Rising();
  result.shapes->lengths = {32, 512};
  ExpectSays(result, "; it falls until 32 tokens, and from there on the preferred shape is broken");
}

TEST(ReportSentence, WithoutAnIndexSaysWhyAndWhatTheNaturalArmShows) {
  MeasureResult result;
  result.truncated_asked = true;
  EXPECT_EQ(ReportSentence(result),
            "No collapse index: too few documents are long enough for the truncated arm.");
  result.truncated_asked = false;
  ArmResult arm;
  arm.buckets.resize(3);
  arm.buckets[0].length = 12;
  arm.buckets[0].count = 1;
  for (const std::size_t b : {1U, 2U}) {
    arm.buckets[b].length = 30.0 * static_cast<double>(b);
    arm.buckets[b].count = 10 * b;
    arm.buckets[b].cosine.estimate = 0.1 * static_cast<double>(b);
  }
  result.arms = {arm};
  EXPECT_EQ(ReportSentence(result),
            "No collapse index: the truncated arm was not asked for; mean pairwise cosine is 0.100 in "
            "documents of 30 "
            "tokens (mean of 10) and 0.200 in those of 60 (mean of 20).");
}

TEST(ReportDocument, RoundsToSevenDigitsAndDropsRoundingNoise) {
  MeasureResult result = Rising();
  result.index->slope = {1.0 / 3.0, -1e-17, 123456789.0};
  const OrderedJson slope = ReportDocument(result, {})["collapse_index"]["slope"];
  EXPECT_EQ(slope.dump(), R"({"estimate":0.3333333,"low":0.0,"high":123456800.0})");
}

TEST(ReportDocument, RefusesNumbersThatAreNotFinite) {
  MeasureResult result = Rising();
  result.index->slope.estimate = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(ReportDocument(result, {}), Error);
}

TEST(ReportDocument, IsNullWhereThereIsNoIndexNoShapeAndNoLimit) {
  MeasureResult result;
  result.model.limits = {512, 0, 512};
  const OrderedJson report = ReportDocument(result, {});
  EXPECT_TRUE(report["collapse_index"].is_null());
  EXPECT_TRUE(report["shapes"].is_null());
  EXPECT_TRUE(report["model"]["limits"]["sentence_transformers"].is_null());
  EXPECT_TRUE(report["repair"]["by_head"].is_null());
  EXPECT_EQ(report["repair"]["identity"], true);
}

TEST(ReportDocument, NamesTheRepair) {
  MeasureResult result;
  result.model.attention.by_head = {{0.5F, 0.25F}, {1.0F}};
  const OrderedJson repair = ReportDocument(result, {})["repair"];
  EXPECT_EQ(
      repair.dump(),
      R"({"identity":false,"temperature":1.0,"reading":"scores","by_head":[[0.5,0.25],[1.0]],"post_processing":"none"})");
}

TEST(FormatReport, IsTheSameDocumentWithOneTableRowALine) {
  MeasureResult result = Rising();
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
