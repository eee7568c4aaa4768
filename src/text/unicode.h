// Character classes and mappings, exactly as the `tokenizers` library (0.22) sees them.
//
// That library's tables are frozen at several old versions of Unicode, and the ids that a model was trained
// on depend on them: a punctuation mark added in Unicode 9 does not split words. The classes are therefore
// kept as ranges (unicode_ranges.inc, read out of the library by tests/text/generate_unicode_ranges.py),
// independent of the installed utf8proc, which gives the mappings: canonical decomposition, combining classes
// and lower case.
#pragma once

#include <cstdint>

namespace lengthwise {

enum CharacterClass : std::uint8_t {
  kRemoved = 1,          // dropped by BertNormalizer's clean_text: controls, formats, private use, U+FFFD
  kWhitespace = 2,       // White_Space; the controls among it, but \t \n \r, are kRemoved as well
  kPunctuation = 4,      // splits words: general category P of Unicode 8, and the ASCII symbols
  kChinese = 8,          // split into words of one character by handle_chinese_chars
  kNonspacingMark = 16,  // dropped by strip_accents: general category Mn of Unicode 8
  kReordered = 32,       // combining class other than 0 in Unicode 9
  kWordCharacter = 64,   // \w of a regular expression: stands in the way of a single_word added token
};

// One byte of CharacterClass bits for each code point up to U+10FFFF.
const std::uint8_t* CharacterClasses();

// The full canonical decomposition (NFD) of a character, which has at most this many characters.
inline constexpr int kMaxDecomposition = 4;
// Returns how many characters it wrote; one, the character itself, where it does not decompose.
int DecomposeCharacter(char32_t character, char32_t decomposition[kMaxDecomposition]);

// Canonical combining class of a character that is kReordered.
std::uint8_t CombiningClass(char32_t character);

// Simple lower case. U+0130 (capital I with a dot), the one character with a longer form, gives 'i': the
// caller adds U+0307. Sigma gives the non-final form, since the reference maps characters one by one.
char32_t LowerCase(char32_t character);

inline constexpr char32_t kCapitalIWithDot = 0x130;
inline constexpr char32_t kCombiningDotAbove = 0x307;

}  // namespace lengthwise
