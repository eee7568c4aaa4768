#include <gtest/gtest.h>

#include <string>

#include "lengthwise/post_process.h"
#include "refusal.h"

namespace lengthwise {
namespace {

using testing::Refusal;

TEST(PostProcessSpec, SurvivesWritingAndReading) {
  for (const char* text :
       {"none", "center", "whiten:0.3", "whiten:0.1:within=0.8", "whiten:0.03", "abtt:1", "abtt:12"}) {
    EXPECT_EQ(FormatPostProcessSpec(ParsePostProcessSpec(text)), text);
  }
}

TEST(PostProcessSpec, WhatItDoesNotSayIsRefusedWithTheChoices) {
  for (const char* text :
       {"", "whiten", "whiten:", "whiten:x", "whiten:0.3x", "whiten:0.3:0.8", "whiten:0.3:within",
        "whiten:0.3:within=", "whiten:0.3:within=x", "abtt", "abtt:-1", "abtt:1.5", "Center", "center:1",
        "zca:1", "abtt:99999999999999999999"}) {
    SCOPED_TRACE(text);
    const std::string message = Refusal([&] { ParsePostProcessSpec(text); });
    EXPECT_NE(message.find("choose none, center, whiten:EPSILON"), std::string::npos) << message;
  }
}

TEST(PostProcessSpec, NumbersOutOfRangeAreRefusedByName) {
  for (const char* text : {"whiten:0", "whiten:-0.1", "whiten:nan", "whiten:inf", "whiten:1e-9"}) {
    const std::string message = Refusal([&] { ParsePostProcessSpec(text); });
    EXPECT_NE(message.find("epsilon must lie between 1e-06 and 1000000"), std::string::npos) << message;
  }
  EXPECT_NE(Refusal([] { ParsePostProcessSpec("abtt:0"); }).find("removes no direction"), std::string::npos);
}

TEST(Role, NamesAreReadAndWritten) {
  for (const Role role : {Role::kDocument, Role::kQuery}) EXPECT_EQ(ParseRole(RoleName(role)), role);
  EXPECT_NE(Refusal([] { ParseRole("passage"); }).find("choose document or query"), std::string::npos);
}

}  // namespace
}  // namespace lengthwise
