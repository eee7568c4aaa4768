#include "text/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace lengthwise {
namespace {

struct CodePointRange {
  char32_t first;
  char32_t last;
};

#include "text/unicode_ranges.inc"

template <std::size_t kCount>
void Add(const CodePointRange (&ranges)[kCount], CharacterClass bit, std::uint8_t* classes) {
  for (const CodePointRange& range : ranges) {
    for (char32_t c = range.first; c <= range.last; ++c) classes[c] |= bit;
  }
}

bool FillClasses(std::uint8_t* classes) {
  Add(kRemovedRanges, kRemoved, classes);
  Add(kWhitespaceRanges, kWhitespace, classes);
  Add(kPunctuationRanges, kPunctuation, classes);
  Add(kChineseRanges, kChinese, classes);
  Add(kNonspacingMarkRanges, kNonspacingMark, classes);
  Add(kReorderedRanges, kReordered, classes);
  Add(kWordCharacterRanges, kWordCharacter, classes);
  return true;
}

// Characters that decompose, but were added after Unicode 9, whose tables the reference library decomposes
// by.
constexpr CodePointRange kNewerDecompositions[] = {
    {0x105C9, 0x105C9}, {0x105E4, 0x105E4}, {0x11383, 0x113C8},
    {0x11938, 0x11938}, {0x16121, 0x16128}, {0x16D68, 0x16D6A},
};

// Capitals added in Unicode 16 and 17, which the reference library (built on Rust's tables of Unicode 17)
// knows and utf8proc before 2.10 does not: [first, last] in steps of `step`, each at `distance` from its
// small letter.
struct LowerCaseRange {
  char32_t first;
  char32_t last;
  char32_t step;
  std::int32_t distance;
};
constexpr LowerCaseRange kNewerLowerCase[] = {
    {0x1C89, 0x1C89, 1, 1},      {0xA7CB, 0xA7CB, 1, 0x264 - 0xA7CB},
    {0xA7CC, 0xA7CE, 2, 1},      {0xA7D2, 0xA7D4, 2, 1},
    {0xA7DA, 0xA7DA, 1, 1},      {0xA7DC, 0xA7DC, 1, 0x19B - 0xA7DC},
    {0x10D50, 0x10D65, 1, 0x20}, {0x16EA0, 0x16EB8, 1, 0x1B},
};

}  // namespace

const std::uint8_t* CharacterClasses() {
  // Only pages that some class touches are ever backed by memory: about a third of the megabyte.
  static std::array<std::uint8_t, 0x110000> classes;
  [[maybe_unused]] static const bool filled = FillClasses(classes.data());
  return classes.data();
}

int DecomposeCharacter(char32_t character, char32_t decomposition[kMaxDecomposition]) {
  decomposition[0] = character;
  const auto newer = [&](const CodePointRange& r) { return character >= r.first && character <= r.last; };
  const bool hangul = character >= 0xAC00 && character <= 0xD7A3;
  if (!hangul) {
    const utf8proc_property_t* property = utf8proc_get_property(static_cast<utf8proc_int32_t>(character));
    if (property->decomp_seqindex == UINT16_MAX || property->decomp_type != 0) return 1;
    if (std::any_of(std::begin(kNewerDecompositions), std::end(kNewerDecompositions), newer)) return 1;
  }
  utf8proc_int32_t buffer[kMaxDecomposition];
  int boundary = 0;
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(character), buffer,
                                             kMaxDecomposition, UTF8PROC_DECOMPOSE, &boundary);
  if (count < 1 || count > kMaxDecomposition) return 1;
  std::copy(buffer, buffer + count, decomposition);
  return static_cast<int>(count);
}

std::uint8_t CombiningClass(char32_t character) {
  return static_cast<std::uint8_t>(
      utf8proc_get_property(static_cast<utf8proc_int32_t>(character))->combining_class);
}

char32_t LowerCase(char32_t character) {
  const auto lower = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(character)));
  if (lower != character || character < kNewerLowerCase[0].first) return lower;
  for (const LowerCaseRange& range : kNewerLowerCase) {
    if (character >= range.first && character <= range.last && (character - range.first) % range.step == 0) {
      return static_cast<char32_t>(static_cast<std::int32_t>(character) + range.distance);
    }
  }
  return lower;
}

}  // namespace lengthwise
