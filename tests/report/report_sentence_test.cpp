#include "report/report_sentence.h"

#include <gtest/gtest.h>

#include <string>

#include "rising_result.h"

namespace lengthwise {
namespace {

// A curve that rises from 0.13 to 0.29, mostly beyond the knee at 238.
Measurement RisingCurve() {
  Measurement result = Rising();
  result.arms = {TruncatedArm({{16, 0.126}, {512, 0.2949}})};
  result.data.documents = 200;
  return result;
}

void ExpectSays(const Measurement& result, const std::string& words) {
  EXPECT_NE(ReportSentence(result).find(words), std::string::npos) << ReportSentence(result);
}

void ExpectNoIntervals(const Measurement& result) {
  EXPECT_EQ(ReportSentence(result).find('['), std::string::npos) << ReportSentence(result);
}

TEST(ReportSentence, SaysWhetherFromWhichLengthOnAndByHowMuch) {
  EXPECT_EQ(
      ReportSentence(RisingCurve()),
      "Embeddings of this text grow alike with length, mostly beyond about 240 tokens (just below the "
      "length in force, 256 tokens): two documents read to 512 tokens are on average 2.3 times as similar "
      "(cosine 0.29) as read to 16 (0.13).");
}

TEST(ReportSentence, CountsFromTheLowestWhereCosineFallsFirst) {
  Measurement result = RisingCurve();
  result.arms = {TruncatedArm({{16, 0.2}, {64, 0.1}, {512, 0.3}})};
  result.shapes->lengths = {64, 512};
  ExpectSays(result, "3.0 times as similar (cosine 0.30) as read to 64, where they are least alike (0.10).");
}

// With a cosine near 0 below, a ratio says nothing.
TEST(ReportSentence, GivesNoRatioToACosineNearZero) {
  Measurement result = RisingCurve();
  result.arms = {TruncatedArm({{16, -0.001}, {512, 0.3}})};
  ExpectSays(result,
             ": two documents have cosine 0.30 on average when read to 512 tokens, 0.00 when read to 16.");
}

TEST(ReportSentence, SaysHowARiseWithoutAKneeGoes) {
  Measurement result = RisingCurve();
  result.shapes->preferred = 0;
  result.shapes->fits[0].weight = 0.9;
  ExpectSays(result, "grow alike with length, by about as much with every token: two");
  result.shapes->fits[0].shape = Shape::kLogarithmic;
  ExpectSays(result, "grow alike with length, by about as much with every doubling: two");
  result.shapes->fits[0].shape = Shape::kSaturating;
  ExpectSays(result, "grow alike with length, ever more slowly: two");
}

TEST(ReportSentence, SaysOnWhichSideOfTheKneeMostOfTheRiseLies) {
  Measurement result = RisingCurve();
  result.shapes->knee = Knee{64, 60, 70, 0.1, 0.01};
  ExpectSays(result, ", mostly up to about 64 tokens (below");
  result.shapes->knee = Knee{64, 60, 70, 0.1, 0.09};
  ExpectSays(result, ", more slowly beyond about 64 tokens");
  result.shapes->knee = Knee{400, 390, 420, 0.02, 0.05};
  ExpectSays(result, ", faster beyond about 400 tokens (above");
}

TEST(ReportSentence, DoesNotGuessFromWhichLengthOn) {
  Measurement result = RisingCurve();
  result.shapes->fits[1].weight = 0.6;
  ExpectSays(result, "grow alike with length: two documents");
  ExpectSays(result, "; from which length on is not clear.");
  result.shapes.reset();
  ExpectSays(result, "; too few lengths were measured to say from which on.");
}

TEST(ReportSentence, SaysThatEmbeddingsGrowLessAlike) {
  Measurement result = RisingCurve();
  result.arms = {TruncatedArm({{16, 0.3}, {512, 0.1}})};
  result.index->direction = Direction::kFalls;
  EXPECT_EQ(
      ReportSentence(result),
      "Embeddings of this text do not grow alike with length, but less alike: two documents have cosine "
      "0.10 on average when read to 512 tokens, 0.30 when read to 16.");
}

TEST(ReportSentence, SaysThatThereIsNoTrendAndWhereAValleyLies) {
  Measurement result = RisingCurve();
  result.arms = {TruncatedArm({{16, 0.3}, {64, 0.1}, {512, 0.29}})};
  result.shapes->lengths = {64, 512};
  result.index->direction = Direction::kNoTrend;
  EXPECT_EQ(
      ReportSentence(result),
      "Embeddings of this text show no clear trend with length: two documents have cosine 0.29 on average "
      "when read to 512 tokens, 0.30 when read to 16, and least, 0.10, when read to 64.");
}

TEST(ReportSentence, SaysHowManyDocumentsAreTooFew) {
  Measurement result = RisingCurve();
  result.index->direction = Direction::kUnknown;
  result.index->documents = 7;
  ExpectSays(result,
             "is not known, because only 7 documents have 512 tokens (10 are needed); as measured, two");
  EXPECT_EQ(ReportAdvice(result),
            "Measure more documents of at least 512 tokens, or shorter lengths (the option lengths).");
  result.index->documents = 150;
  ExpectSays(result, "is not known, because no resamples were drawn");
  EXPECT_EQ(ReportAdvice(result), "Leave the option replicates at its default.");
}

TEST(ReportSentence, WithoutAnIndexSaysWhy) {
  Measurement result;
  result.data.documents = 12;
  result.truncated_asked = true;
  EXPECT_EQ(ReportSentence(result),
            "Whether embeddings of this text grow alike with length is not known: too few documents are long "
            "enough, of 12 measured.");
  EXPECT_NE(ReportAdvice(result).find("the option minimum-documents"), std::string::npos);
  result.truncated_asked = false;
  EXPECT_EQ(
      ReportSentence(result),
      "Whether embeddings of this text grow alike with length was not measured: the truncated arm was not "
      "asked for.");
  EXPECT_EQ(ReportAdvice(result), "Add truncated to the option arms.");
}

TEST(ReportSentence, HasNoIntervals) {
  Measurement result = RisingCurve();
  for (const Direction direction :
       {Direction::kRises, Direction::kFalls, Direction::kNoTrend, Direction::kUnknown}) {
    result.index->direction = direction;
    ExpectNoIntervals(result);
  }
}

TEST(ReportAdvice, IsAboutWhatIsCut) {
  Measurement result = RisingCurve();
  result.data.over_limit = 95;
  EXPECT_EQ(
      ReportAdvice(result),
      "95 of 200 documents are longer than the length in force, 256 tokens, and are cut there. Try windows "
      "(the option long-input=window-mean), and let `lengthwise evaluate` tell whether your search gains.");
  result.index->direction = Direction::kNoTrend;
  EXPECT_EQ(ReportAdvice(result).find("Length by itself asks for no repair. But 95 of 200"), 0U);
}

TEST(ReportAdvice, OfTextsThatFitAsksForAnEvaluation) {
  Measurement result = RisingCurve();
  EXPECT_NE(ReportAdvice(result).find("`lengthwise evaluate` tell what that costs"), std::string::npos);
  result.index->direction = Direction::kFalls;
  EXPECT_NE(ReportAdvice(result).find("asks for no repair"), std::string::npos);
}

}  // namespace
}  // namespace lengthwise
