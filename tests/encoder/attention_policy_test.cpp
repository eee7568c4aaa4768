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
