#include "report/report_detail.h"

#include <gtest/gtest.h>

#include <string>

#include "rising_result.h"

namespace lengthwise {
namespace {

void ExpectSays(const Measurement& result, const std::string& words) {
  EXPECT_NE(ReportDetail(result).find(words), std::string::npos) << ReportDetail(result);
}

void ExpectSilent(const Measurement& result, const std::string& words) {
  EXPECT_EQ(ReportDetail(result).find(words), std::string::npos) << ReportDetail(result);
}

TEST(ReportDetail, SaysTheIndexTheControlTheShapeAndTheKnee) {
  EXPECT_EQ(ReportDetail(Rising()),
            "Mean pairwise cosine rises by 0.021 [0.018, 0.024] per doubling of length from 16 to 512 tokens "
            "(the same "
            "tokens without attention: 0.081); the preferred shape is broken, with the knee at 238 tokens "
            "[228, 245], "
            "just below the length in force, 256 tokens: 0.007 per doubling before it, 0.114 after.");
}

TEST(ReportDetail, TurnsTheSignsOfAFall) {
  Measurement result = Rising();
  result.index->slope = {-0.0104, -0.0152, -0.0051};
  result.index->direction = Direction::kFalls;
  ExpectSays(result, "falls by 0.010 [0.005, 0.015] per doubling");
}

TEST(ReportDetail, SaysThatThereIsNoTrend) {
  Measurement result = Rising();
  result.index->slope = {-0.0001, -0.003, 0.003};
  result.index->direction = Direction::kNoTrend;
  ExpectSays(result, "shows no clear trend with length: 0.000 [-0.003, 0.003] per doubling");
}

TEST(ReportDetail, SaysThatAnIntervalIsMissing) {
  Measurement result = Rising();
  result.index->slope = {0.02, std::nullopt, std::nullopt};
  result.index->direction = Direction::kUnknown;
  result.index->documents = 7;
  ExpectSays(result, "changes by 0.020 per doubling of length from 16 to 512 tokens");
  ExpectSays(result, "without an interval (7 documents)");
}

TEST(ReportDetail, LeavesOutAControlThatWasNotMeasured) {
  Measurement result = Rising();
  result.index->static_slope.reset();
  ExpectSilent(result, "without attention");
}

TEST(ReportDetail, PlacesTheKneeAgainstTheLengthLimit) {
  Measurement result = Rising();
  result.shapes->knee = Knee{270, 250, 280, 0, 0.1};
  ExpectSays(result, "at 270 tokens [250, 280], at the length in force, 256 tokens");
  result.shapes->knee = Knee{270, 260, 280, 0, 0.1};
  ExpectSays(result, ", just above the length in force, 256 tokens");
  result.shapes->knee = Knee{400, 390, 420, 0, 0.1};
  ExpectSays(result, "[390, 420], above the length in force, 256 tokens");
  result.shapes->knee = Knee{64, std::nullopt, std::nullopt, 0, 0.1};
  ExpectSays(result, "at 64 tokens, below the length in force, 256 tokens");
  result.model.limits.in_force = 512;
  ExpectSays(result, "at 64 tokens, below the model's own length limit, 256 tokens");
  result.model.limits.sentence_transformers = 0;
  ExpectSilent(result, "below");
}

TEST(ReportDetail, PlacesTheKneeAgainstWhatTheModelWasTrainedToToo) {
  Measurement result = Rising();
  result.shapes->knee = Knee{238, 228, 245, 0, 0.1};
  result.model.limits.trained = 128;
  ExpectSays(result,
             "just below the length in force, 256 tokens; above the 128 tokens that it was trained to as far "
             "as is known");
  result.model.limits.sentence_transformers = 0;
  result.model.limits.trained = 240;
  ExpectSays(result, "at 238 tokens [228, 245], at the 240 tokens that it was trained to as far as is known");
}

TEST(ReportDetail, NamesTheKneeOfABrokenShapeThatIsNotPreferred) {
  Measurement result = Rising();
  result.shapes->preferred = 0;
  result.shapes->fits[0].weight = 0.55;
  result.shapes->fits[1].weight = 0.45;
  ExpectSays(result,
             "the preferred shape is linear (weight 0.55; next broken, 0.45); a broken shape would have its "
             "knee at 238 tokens [228, 245], just below the length in force, 256 tokens.");
}

TEST(ReportDetail, DoesNotSpeakOfTheKneeOfAShapeWithoutWeight) {
  Measurement result = Rising();
  result.shapes->preferred = 0;
  result.shapes->fits[0].weight = 0.99;
  result.shapes->fits[1].weight = 0.01;
  ExpectSays(result, "the preferred shape is linear.");
  ExpectSilent(result, "knee");
}

TEST(ReportDetail, SaysThatCosineFallsFirst) {
  Measurement result = Rising();
  result.shapes->lengths = {32, 512};
  ExpectSays(result, "; it falls until 32 tokens, and from there on the preferred shape is broken");
}

TEST(ReportDetail, WithoutAnIndexSaysWhyAndWhatTheNaturalArmShows) {
  Measurement result;
  result.truncated_asked = true;
  EXPECT_EQ(ReportDetail(result),
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
  EXPECT_EQ(ReportDetail(result),
            "No collapse index: the truncated arm was not asked for; mean pairwise cosine is 0.100 in "
            "documents of 30 "
            "tokens (mean of 10) and 0.200 in those of 60 (mean of 20).");
}

}  // namespace
}  // namespace lengthwise
