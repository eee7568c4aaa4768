// Agreement on every code point with the reference library is tested in tests/python/test_tokenizer.py; these
// are the points where its tables differ from today's Unicode, and what this module promises beside them.
#include "text/unicode.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace lengthwise {
namespace {

bool Has(char32_t character, CharacterClass bit) {
  return (CharacterClasses()[character] & bit) != 0;
}

std::vector<char32_t> Decomposed(char32_t character) {
  char32_t parts[kMaxDecomposition];
  const int count = DecomposeCharacter(character, parts);
  return {parts, parts + count};
}

using Characters = std::vector<char32_t>;

TEST(UnicodeTest, WhiteSpaceThatIsAlsoAControlIsRemovedButForThree) {
  for (const char32_t c : {U'\t', U'\n', U'\r'})
    EXPECT_TRUE(Has(c, kWhitespace) && !Has(c, kRemoved)) << std::hex << static_cast<std::uint32_t>(c);
  for (const char32_t c : {U'\v', U'\f', U'\u0085'})
    EXPECT_TRUE(Has(c, kWhitespace) && Has(c, kRemoved)) << std::hex << static_cast<std::uint32_t>(c);
}

TEST(UnicodeTest, AsciiSymbolsArePunctuationAndOthersAreNot) {
  for (const char32_t c : {U'$', U'+', U'<', U'^', U'`', U'~', U'_'})
    EXPECT_TRUE(Has(c, kPunctuation)) << std::hex << static_cast<std::uint32_t>(c);
  for (const char32_t c : {U'\u20AC', U'\u00D7', U'\u2212', U'a', U'0'})
    EXPECT_FALSE(Has(c, kPunctuation)) << std::hex << static_cast<std::uint32_t>(c);
}

TEST(UnicodeTest, ClassesAreThoseOfUnicode8) {
  EXPECT_TRUE(Has(0x2E42, kPunctuation));   // of Unicode 7
  EXPECT_FALSE(Has(0x2E43, kPunctuation));  // of Unicode 9
  EXPECT_TRUE(Has(0x166D, kPunctuation));   // a symbol since Unicode 12
  EXPECT_TRUE(Has(0x1DF5, kNonspacingMark));
  EXPECT_FALSE(Has(0x1DF6, kNonspacingMark));  // of Unicode 10
  EXPECT_FALSE(Has(0x1DF6, kReordered));
}

TEST(UnicodeTest, DecompositionIsFullAndCanonical) {
  EXPECT_EQ(Decomposed(U'a'), Characters{U'a'});
  EXPECT_EQ(Decomposed(0xE9), (Characters{U'e', 0x301}));
  EXPECT_EQ(Decomposed(0x1F82), (Characters{0x3B1, 0x313, 0x300, 0x345}));  // the longest there is
  EXPECT_EQ(Decomposed(0xAC01), (Characters{0x1100, 0x1161, 0x11A8}));
  EXPECT_EQ(Decomposed(0x212B), (Characters{U'A', 0x30A}));
  EXPECT_EQ(Decomposed(0xFB01), Characters{0xFB01});    // a compatibility ligature
  EXPECT_EQ(Decomposed(0x11938), Characters{0x11938});  // of Unicode 13
}

TEST(UnicodeTest, LowerCaseIsSimple) {
  EXPECT_EQ(LowerCase(U'A'), U'a');
  EXPECT_EQ(LowerCase(0x3A3), 0x3C3U);
  EXPECT_EQ(LowerCase(0x1E9E), 0xDFU);
  EXPECT_EQ(LowerCase(kCapitalIWithDot), U'i');
  EXPECT_EQ(LowerCase(0x4E00), 0x4E00U);
}

TEST(UnicodeTest, LowerCaseKnowsTheCapitalsOfUnicode17) {
  EXPECT_EQ(LowerCase(0x1C89), 0x1C8AU);
  EXPECT_EQ(LowerCase(0xA7CB), 0x264U);
  EXPECT_EQ(LowerCase(0xA7CE), 0xA7CFU);
  EXPECT_EQ(LowerCase(0xA7CF), 0xA7CFU);
  EXPECT_EQ(LowerCase(0xA7DC), 0x19BU);
  EXPECT_EQ(LowerCase(0x10D65), 0x10D85U);
  EXPECT_EQ(LowerCase(0x16EB8), 0x16ED3U);
}

}  // namespace
}  // namespace lengthwise
