#include "usage/flags.h"

#include <gtest/gtest.h>

namespace lengthwise {
namespace {

TEST(WithFlags, WritesOptionsAsTheCommandLineHasThem) {
  EXPECT_EQ(WithFlags("the option input-format is for files; the option input too (the option text-field)"),
            "--input-format is for files; --input too (--text-field)");
  EXPECT_EQ(WithFlags("the text that begins \"the option of choice\""),
            "the text that begins \"the option of choice\"");
  EXPECT_EQ(WithFlags("windows (the option windows=128), whitening (the option postprocess=whiten:0.3)"),
            "windows (--windows=128), whitening (--postprocess=whiten:0.3)");
  EXPECT_EQ(WithFlags("Add truncated to the option arms."), "Add truncated to --arms.");
  EXPECT_EQ(WithFlags("no option is named"), "no option is named");
}

}  // namespace
}  // namespace lengthwise
