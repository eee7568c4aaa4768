#include "lengthwise/error.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "base/fail.h"
#include "lengthwise/version.h"

namespace lengthwise {
namespace {

TEST(ErrorTest, CodesHaveTheNamesOfTheJsonContract) {
  EXPECT_STREQ(ErrorCodeName(ErrorCode::kBadInput), "bad_input");
  EXPECT_STREQ(ErrorCodeName(ErrorCode::kBadCheckpoint), "bad_checkpoint");
  EXPECT_STREQ(ErrorCodeName(ErrorCode::kUnsupported), "unsupported");
  EXPECT_STREQ(ErrorCodeName(ErrorCode::kIo), "io");
  EXPECT_STREQ(ErrorCodeName(ErrorCode::kCancelled), "cancelled");
  EXPECT_STREQ(ErrorCodeName(ErrorCode::kInternal), "internal");
}

TEST(ErrorTest, FailFormatsItsMessage) {
  try {
    Fail(ErrorCode::kBadInput, "{}:{}: no \"text\"", "data.jsonl", 3);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_STREQ(error.what(), "data.jsonl:3: no \"text\"");
    return;
  }
  FAIL() << "nothing was thrown";
}

TEST(VersionTest, IsThreeNumbers) {
  int major = 0;
  int minor = 0;
  int patch = 0;
  char more = 0;
  EXPECT_EQ(std::sscanf(Version(), "%d.%d.%d%c", &major, &minor, &patch, &more), 3) << Version();
}

}  // namespace
}  // namespace lengthwise
