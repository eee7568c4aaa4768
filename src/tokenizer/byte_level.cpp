#include "tokenizer/byte_level.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/letters.h"
#include "text/unicode.h"
#include "text/utf8.h"

namespace lengthwise {
namespace {

// Bytes that are printable characters of Latin-1 stand for themselves, the others, in order, for those from
// U+0100 on.
std::array<char32_t, 256> ByteCharacters() {
  std::array<char32_t, 256> characters{};
  char32_t next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool seen = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
    characters[byte] = seen ? static_cast<char32_t>(byte) : next++;
  }
  return characters;
}

bool IsSpace(char32_t character) {
  return (CharacterClasses()[character] & kWhitespace) != 0;
}

enum class Kind { kLetter, kNumber, kSpace, kOther };

Kind KindOf(char32_t character) {
  if (IsSpace(character)) return Kind::kSpace;
  if (IsLetter(character)) return Kind::kLetter;
  return IsNumber(character) ? Kind::kNumber : Kind::kOther;
}

// Where the match that begins at `begin` ends.
std::size_t EndOfMatch(std::u32string_view text, std::size_t begin, std::size_t end) {
  if (text[begin] == U'\'') {
    for (const std::u32string_view ending : {U"s", U"t", U"re", U"ve", U"m", U"ll", U"d"}) {
      if (text.substr(begin + 1, end - begin - 1).starts_with(ending)) return begin + 1 + ending.size();
    }
  }
  const std::size_t first = text[begin] == U' ' && begin + 1 < end ? begin + 1 : begin;
  const Kind kind = KindOf(text[first]);
  if (kind != Kind::kSpace) {
    std::size_t last = first;
    while (last < end && KindOf(text[last]) == kind) ++last;
    return last;
  }
  std::size_t last = begin;
  while (last < end && IsSpace(text[last])) ++last;
  // The last of several spaces belongs to what follows.
  return last < end && last > begin + 1 ? last - 1 : last;
}

}  // namespace

SplitStage ByteLevelStage(bool prefix_space, bool split) {
  return [prefix_space, split, bytes_as = ByteCharacters()](Pieces* pieces) {
    Pieces made;
    const Characters& from = pieces->characters;
    std::string utf8;
    for (const auto& [begin, end] : pieces->ranges) {
      // The piece by itself, with the space that it gets.
      Characters piece;
      if (prefix_space && from.text[begin] != U' ') piece.Add(U' ', from.spans[begin]);
      for (std::size_t i = begin; i < end; ++i) piece.Add(from.text[i], from.spans[i]);
      for (std::size_t i = 0; i < piece.size();) {
        const std::size_t stop = split ? EndOfMatch(piece.text, i, piece.size()) : piece.size();
        const std::size_t first = made.characters.size();
        for (; i < stop; ++i) {
          utf8.clear();
          AppendUtf8(piece.text[i], &utf8);
          for (const char byte : utf8)
            made.characters.Add(bytes_as[static_cast<unsigned char>(byte)], piece.spans[i]);
        }
        made.ranges.emplace_back(first, made.characters.size());
      }
    }
    *pieces = std::move(made);
  };
}

}  // namespace lengthwise
