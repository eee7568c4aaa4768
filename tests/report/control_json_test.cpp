#include "report/control_json.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "lengthwise/error.h"
#include "report/control_sentence.h"

namespace lengthwise {
namespace {

ControlFrame Frame() {
  ControlFrame frame;
  frame.passage = 63;
  frame.trained_limit = 256;
  frame.eligible = 151;
  return frame;
}

RepeatedControl Repeated() {
  RepeatedControl control;
  control.lengths.resize(2);
  control.lengths[0].copies = 1;
  control.lengths[0].length = 65;
  control.lengths[0].cosine = {0.2504, 0.23, 0.27};
  RepeatedLength& last = control.lengths[1];
  last.copies = 8;
  last.length = 506;
  last.cosine = {0.3704, 0.35, 0.39};
  last.change = {0.12, 0.1, 0.14};
  last.from_positions = {0.1304, 0.11, 0.15};
  last.from_rest = {-0.0104, -0.02, -0.0001};
  last.read_on = {0.384, 0.37, 0.4};
  control.check = {7, 16, 1.25e-6};
  return control;
}

Attribution Attributed() {
  Attribution attribution;
  attribution.position_range = 256;
  attribution.lengths.resize(2);
  attribution.lengths[0].length = 65;
  attribution.lengths[1].length = 506;
  attribution.lengths[1].parts = {
      {-0.01, -0.02, 0.004}, {0.3, 0.28, 0.31}, {-0.25, -0.27, -0.23}, {0.08, 0.07, 0.09}, {0.12, 0.1, 0.14}};
  return attribution;
}

TEST(RepeatedSentence, SaysWhatLengthAloneDoesAndThroughWhat) {
  EXPECT_EQ(
      RepeatedSentence(Repeated(), Frame()),
      "The first 63 tokens of a document, repeated 8 times to 506: mean pairwise cosine goes from 0.250 "
      "to 0.370, +0.120 [0.100, 0.140] with the content unchanged; positions make +0.130 [0.110, 0.150] "
      "of that, the smaller share of the special tokens -0.010 [-0.020, 0.000]. The same documents read "
      "on to 506 tokens: 0.384.");
  RepeatedControl relative = Repeated();
  relative.relative_positions = true;
  EXPECT_NE(RepeatedSentence(relative, Frame()).find("relative positions and the smaller share"),
            std::string::npos);
}

TEST(AttributionSentence, NamesEveryPartWithItsInterval) {
  EXPECT_EQ(AttributionSentence(Attributed()),
            "From 65 to 506 tokens mean pairwise cosine changes by +0.120 [0.100, 0.140]: content -0.010 "
            "[-0.020, 0.004], averaging of windows +0.300 [0.280, 0.310], attention -0.250 [-0.270, -0.230], "
            "positions "
            "beyond the trained 256 tokens +0.080 [0.070, 0.090].");
  Attribution within = Attributed();
  within.position_range = 0;
  EXPECT_NE(AttributionSentence(within).find("as no length lies beyond it"), std::string::npos);
}

TEST(AttributionSentence, LeavesOutIntervalsThatAreMissing) {
  Attribution few = Attributed();
  few.lengths[1].parts.content = {-0.01, std::nullopt, std::nullopt};
  EXPECT_NE(AttributionSentence(few).find("content -0.010, averaging of windows"), std::string::npos);
}

TEST(MixedAndDilutedSentences, SayThatDocumentsAreTooFew) {
  EXPECT_EQ(MixedSentence({}, Frame()), "Too few documents to mix.");
  EXPECT_EQ(DilutedSentence({}, Frame()), "Too few documents to take filler from.");
}

TEST(ControlsJson, HoldsTheControlsThatWereMeasured) {
  ControlResult result;
  result.frame = Frame();
  result.documents = 100;
  EXPECT_EQ(ControlsJson(result).dump(), R"({"passage":63,"documents":100,"eligible":151})");
  result.repeated = Repeated();
  result.attribution = Attributed();
  const OrderedJson json = ControlsJson(result);
  EXPECT_EQ(json["repeated"]["lengths"][1]["change"].dump(), R"({"estimate":0.12,"low":0.1,"high":0.14})");
  EXPECT_EQ(json["repeated"]["copies_check"]["largest_distance"], 1.25e-6);
  EXPECT_EQ(json["attribution"]["lengths"][1]["parts"]["positions"]["estimate"], 0.08);
  EXPECT_EQ(json["attribution"]["position_range"], 256);
  EXPECT_FALSE(json["attribution"]["assumptions"].empty());
  EXPECT_FALSE(json.contains("mixed"));
  result.attribution->position_range = 0;
  EXPECT_TRUE(ControlsJson(result)["attribution"]["position_range"].is_null());
}

TEST(ControlsJson, RefusesNumbersThatAreNotFinite) {
  ControlResult result;
  result.frame = Frame();
  result.repeated = Repeated();
  result.repeated->check.largest_distance = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(ControlsJson(result), Error);
}

}  // namespace
}  // namespace lengthwise
