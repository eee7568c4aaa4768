#include "text/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace lengthwise {
namespace {

std::string Repaired(std::string_view text) {
  return RepairedUtf8(text).text();
}

TEST(Utf8Test, EveryCodePointSurvivesTheRoundTrip) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    std::string text;
    AppendUtf8(c, &text);
    const DecodedCharacter decoded = DecodeCharacter(text, 0);
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    ASSERT_EQ(decoded.valid, !surrogate) << static_cast<std::uint32_t>(c);
    ASSERT_EQ(FindInvalidUtf8(text), surrogate ? 0 : text.size()) << static_cast<std::uint32_t>(c);
    if (surrogate) continue;
    ASSERT_EQ(decoded.value, c);
    ASSERT_EQ(decoded.bytes, text.size());
    ASSERT_EQ(DecodeValidCharacter(text, 0).value, c);
  }
}

// The table "U+FFFD for maximal subparts" of the Unicode Standard, section 3.9, and its neighbours.
TEST(Utf8Test, EachMaximalInvalidPartIsOneReplacement) {
  const std::string mark = "\uFFFD";
  EXPECT_EQ(Repaired("a\xF1\x80\x80\xE1\x80\xC2"
                     "b\x80"
                     "c\x80\xBF"
                     "d"),
            "a" + mark + mark + mark + "b" + mark + "c" + mark + mark + "d");
  EXPECT_EQ(Repaired("\xC0\xAF"), mark + mark);                        // overlong
  EXPECT_EQ(Repaired("\xE0\x80\xAF"), mark + mark + mark);             // overlong
  EXPECT_EQ(Repaired("\xED\xA0\x80"), mark + mark + mark);             // surrogate
  EXPECT_EQ(Repaired("\xF4\x90\x80\x80"), mark + mark + mark + mark);  // beyond U+10FFFF
  EXPECT_EQ(Repaired("\xF5\xFF"), mark + mark);                        // never in UTF-8
  EXPECT_EQ(Repaired("\xF0\x9F\x98"), mark);                           // cut by the end
  EXPECT_EQ(Repaired("\xE2\x80"
                     "a"),
            mark + "a");  // cut by another character
}

TEST(Utf8Test, TheFirstInvalidByteIsFoundWhereverItStands) {
  for (std::size_t before = 0; before < 40; ++before) {
    const std::string text = std::string(before, 'x') + "\xE9" + std::string(20, 'y');
    EXPECT_EQ(FindInvalidUtf8(text), before);
  }
  EXPECT_EQ(FindInvalidUtf8(""), 0U);
  EXPECT_EQ(FindInvalidUtf8("aé中😀"), 10U);
}

TEST(Utf8Test, OffsetsOfRepairedTextLeadBackToTheOriginal) {
  const RepairedUtf8 repaired(
      "ab\xFF"
      "c\xE2\x80"
      "d");  // a b U+FFFD c U+FFFD d
  ASSERT_EQ(repaired.text(),
            "ab\uFFFD"
            "c\uFFFD"
            "d");
  EXPECT_EQ(repaired.OriginalOffset(0), 0U);
  EXPECT_EQ(repaired.OriginalOffset(2), 2U);
  EXPECT_EQ(repaired.OriginalOffset(5), 3U);
  EXPECT_EQ(repaired.OriginalOffset(6), 4U);
  EXPECT_EQ(repaired.OriginalOffset(9), 6U);
  EXPECT_EQ(repaired.OriginalOffset(10), 7U);
}

}  // namespace
}  // namespace lengthwise
