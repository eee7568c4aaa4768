#include "lengthwise/attention_policy.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "lengthwise/error.h"

namespace lengthwise {
namespace {

std::string Refusal(const AttentionPolicy& policy, std::size_t layers, std::size_t heads) {
  try {
    policy.Check(layers, heads);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    return error.what();
  }
  ADD_FAILURE() << "accepted";
  return "";
}

TEST(AttentionPolicy, TheDefaultChangesNothing) {
  const AttentionPolicy policy;
  EXPECT_TRUE(policy.IsIdentity());
  EXPECT_EQ(policy.Temperature(5, 11), 1.0F);
  EXPECT_NO_THROW(policy.Check(6, 12));
}

TEST(AttentionPolicy, OneTemperatureHoldsEverywhere) {
  const AttentionPolicy policy{.temperature = 0.8F};
  EXPECT_FALSE(policy.IsIdentity());
  EXPECT_EQ(policy.Temperature(0, 0), 0.8F);
  EXPECT_EQ(policy.Temperature(5, 11), 0.8F);
}

TEST(AttentionPolicy, ALayerMayHaveOneTemperatureOrOneAHead) {
  const AttentionPolicy policy{.by_head = {{0.5F}, {1.0F, 2.0F}}};
  EXPECT_EQ(policy.Temperature(0, 0), 0.5F);
  EXPECT_EQ(policy.Temperature(0, 1), 0.5F);
  EXPECT_EQ(policy.Temperature(1, 0), 1.0F);
  EXPECT_EQ(policy.Temperature(1, 1), 2.0F);
  EXPECT_NO_THROW(policy.Check(2, 2));
}

TEST(AttentionPolicy, TheGlobalTemperatureCountsOnlyWithoutAList) {
  const AttentionPolicy policy{.temperature = 0.8F, .by_head = {{1.0F}, {1.0F, 1.0F}}};
  EXPECT_TRUE(policy.IsIdentity());
  EXPECT_EQ(policy.Temperature(0, 0), 1.0F);
  EXPECT_FALSE((AttentionPolicy{.by_head = {{1.0F}, {1.0F, 0.9F}}}).IsIdentity());
}

TEST(LengthTemperature, GrowsScoresWithTheLogarithmOfTheLength) {
  const LengthTemperature temperature = ParseLengthTemperature("log:128");
  EXPECT_EQ(FormatLengthTemperature(temperature), "log:128");
  EXPECT_FLOAT_EQ(temperature.At(128), 1.0F);
  EXPECT_FLOAT_EQ(temperature.At(512), 7.0F / 9.0F);
  EXPECT_FLOAT_EQ(temperature.At(2), 7.0F);
  EXPECT_EQ(temperature.At(1), 1.0F);
}

TEST(LengthTemperature, RunsByTheLogarithmBetweenItsPointsAndStaysBeyondThem) {
  const LengthTemperature temperature = ParseLengthTemperature("64:1,256:0.8,512:0.9");
  EXPECT_EQ(FormatLengthTemperature(temperature), "64:1,256:0.8,512:0.9");
  EXPECT_EQ(temperature.At(3), 1.0F);
  EXPECT_EQ(temperature.At(64), 1.0F);
  EXPECT_FLOAT_EQ(temperature.At(128), 0.9F);
  EXPECT_FLOAT_EQ(temperature.At(256), 0.8F);
  EXPECT_FLOAT_EQ(temperature.At(512), 0.9F);
  EXPECT_EQ(temperature.At(5000), 0.9F);
  EXPECT_EQ(ParseLengthTemperature("none"), LengthTemperature{});
  EXPECT_EQ(FormatLengthTemperature({}), "none");
}

TEST(LengthTemperature, WhatIsNoneIsRefused) {
  for (const char* text : {"", "log", "log:", "log:1", "log:x", "128", "128:", "128:0", "128:1,",
                           "128:1,128:2", "256:1,128:1", "0:1", "128:nan", "128:-1", "128:1;256:2"}) {
    EXPECT_THROW(ParseLengthTemperature(text), Error) << text;
  }
}

TEST(AttentionPolicy, MultipliesTheTemperatureOfTheHeadByThatOfTheLength) {
  AttentionPolicy policy{.by_head = {{0.5F}, {1.0F, 2.0F}}};
  EXPECT_EQ(policy.Temperature(1, 1, 512), 2.0F);
  policy.by_length = ParseLengthTemperature("128:1,512:0.8");
  EXPECT_FLOAT_EQ(policy.Temperature(1, 1, 512), 1.6F);
  EXPECT_FLOAT_EQ(policy.Temperature(0, 1, 512), 0.4F);
  EXPECT_EQ(policy.Temperature(1, 1), 2.0F);
  EXPECT_FALSE(AttentionPolicy{.by_length = policy.by_length}.IsIdentity());
}

TEST(AttentionPolicy, AttnScaleHasOneValueOrOneALayerOrHead) {
  EXPECT_FALSE(AttentionPolicy{}.HasAttnScale());
  AttentionPolicy policy{.attn_scale = 0.5F};
  EXPECT_TRUE(policy.HasAttnScale());
  EXPECT_FALSE(policy.IsIdentity());
  EXPECT_EQ(policy.AttnScale(3, 4), 0.5F);
  policy.attn_scale_by_head = {{0.25F}, {0.0F, 0.125F}};
  EXPECT_EQ(policy.AttnScale(0, 1), 0.25F);
  EXPECT_EQ(policy.AttnScale(1, 1), 0.125F);
  policy.Check(2, 2);
  EXPECT_NE(Refusal(policy, 3, 2).find("scales of AttnScale for 2 layers"), std::string::npos);
  EXPECT_NE(Refusal({.attn_scale = -1.5F}, 2, 2).find("the scale of AttnScale -1.5"), std::string::npos);
  EXPECT_FALSE(AttentionPolicy{.top_k = 3}.IsIdentity());
}

TEST(AttentionPolicy, CalibrationIsOfTheLastLayersAndReadsBackAsWritten) {
  const AttentionCalibration half = ParseAttentionCalibration("0.5");
  EXPECT_EQ(half.basket, 128U);
  EXPECT_EQ(half.At(2, 6), 0.0F);
  EXPECT_EQ(half.At(3, 6), 0.5F);
  EXPECT_EQ(half.At(1, 3), 0.5F) << "half of three layers are two";
  EXPECT_EQ(FormatAttentionCalibration(half), "0.5:128:0.5");
  const AttentionCalibration all = ParseAttentionCalibration("1:32:1");
  EXPECT_EQ(all.At(0, 6), 1.0F);
  EXPECT_EQ(ParseAttentionCalibration(FormatAttentionCalibration(all)), all);
  EXPECT_TRUE(ParseAttentionCalibration("none").IsIdentity());
  EXPECT_FALSE(AttentionPolicy{.calibration = half}.IsIdentity());
  for (const char* const bad : {"", "0", "-0.5", "1.5", "nan", "0.5:", "0.5:0", "0.5:12.5", "0.5:128:0",
                                "0.5:128:2", "0.5:128:0.5:", "0.5:128:0.5:1", "half"}) {
    EXPECT_THROW(ParseAttentionCalibration(bad), Error) << bad;
  }
}

TEST(AttentionPolicy, TemperaturesThatAreNoTemperaturesAreRefused) {
  for (const float bad :
       {0.0F, -1.0F, 1e-4F, 1e4F, std::numeric_limits<float>::infinity(),
        std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::denorm_min()}) {
    Refusal({.temperature = bad}, 6, 12);
    Refusal({.by_head = {{1.0F}, {bad}}}, 2, 12);
    EXPECT_NE(Refusal({.by_head = {{1.0F}, {1.0F, bad}}}, 2, 2).find("of layer 1, head 1"),
              std::string::npos);
  }
  EXPECT_NO_THROW((AttentionPolicy{.temperature = kLeastTemperature}).Check(6, 12));
  EXPECT_NO_THROW((AttentionPolicy{.temperature = kMostTemperature}).Check(6, 12));
}

TEST(AttentionPolicy, ListsThatDoNotFitTheModelAreRefusedWithBothCounts) {
  EXPECT_NE(Refusal({.by_head = {{1.0F}}}, 6, 12).find("for 1 layers, but the model has 6"),
            std::string::npos);
  EXPECT_NE(Refusal({.by_head = {{1.0F}, {1.0F}, {1.0F}}}, 2, 12).find("for 3 layers"), std::string::npos);
  EXPECT_NE(Refusal({.by_head = {{1.0F, 1.0F, 1.0F}}}, 1, 12).find("3 temperatures for layer 0"),
            std::string::npos);
  EXPECT_NE(Refusal({.by_head = {{}}}, 1, 12).find("0 temperatures for layer 0"), std::string::npos);
}

}  // namespace
}  // namespace lengthwise
