// What a call refuses bad input with.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "lengthwise/error.h"

namespace lengthwise::testing {

// The message of the kBadInput that `action` throws; a failure of the test if it throws nothing.
std::string Refusal(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "accepted";
  return "";
}

}  // namespace lengthwise::testing
