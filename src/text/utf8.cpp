#include "text/utf8.h"

#include <algorithm>
#include <cstring>

namespace lengthwise {
namespace {

// How many bytes of a character the byte after `first` may continue: the second byte of some characters has a
// narrower range, which keeps out overlong forms, surrogates and values beyond U+10FFFF.
struct LeadByte {
  std::uint32_t bytes;  // 0: not a lead byte
  unsigned char second_low;
  unsigned char second_high;
};

LeadByte Lead(unsigned char first) {
  if (first >= 0xC2 && first <= 0xDF) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first >= 0xF1 && first <= 0xF3) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

DecodedCharacter DecodeCharacter(std::string_view text, std::size_t position) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[position + i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const LeadByte lead = Lead(byte(0));
  if (lead.bytes == 0) return {kReplacementCharacter, 1, false};
  const std::size_t left = text.size() - position;
  if (left < 2 || byte(1) < lead.second_low || byte(1) > lead.second_high)
    return {kReplacementCharacter, 1, false};
  for (std::uint32_t i = 2; i < lead.bytes; ++i) {
    if (i >= left || (byte(i) & 0xC0) != 0x80) return {kReplacementCharacter, i, false};
  }
  return DecodeValidCharacter(text, position);
}

std::size_t FindInvalidUtf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t position = 0;
  while (position < text.size()) {
    if (static_cast<unsigned char>(text[position]) < 0x80) {
      // Most text is ASCII: eight bytes at a time.
      std::uint64_t block;
      while (position + sizeof(block) <= text.size()) {
        std::memcpy(&block, text.data() + position, sizeof(block));
        if ((block & kHighBits) != 0) break;
        position += sizeof(block);
      }
      while (position < text.size() && static_cast<unsigned char>(text[position]) < 0x80) ++position;
      continue;
    }
    const DecodedCharacter character = DecodeCharacter(text, position);
    if (!character.valid) return position;
    position += character.bytes;
  }
  return position;
}

void AppendUtf8(char32_t character, std::string* text) {
  const auto put = [&](char32_t byte) { text->push_back(static_cast<char>(byte)); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0 | (character >> 6));
    put(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    put(0xE0 | (character >> 12));
    put(0x80 | ((character >> 6) & 0x3F));
    put(0x80 | (character & 0x3F));
  } else {
    put(0xF0 | (character >> 18));
    put(0x80 | ((character >> 12) & 0x3F));
    put(0x80 | ((character >> 6) & 0x3F));
    put(0x80 | (character & 0x3F));
  }
}

RepairedUtf8::RepairedUtf8(std::string_view original) {
  text_.reserve(original.size());
  std::size_t position = 0;
  while (position < original.size()) {
    const std::size_t invalid = position + FindInvalidUtf8(original.substr(position));
    text_.append(original, position, invalid - position);
    if (invalid == original.size()) return;
    position = invalid + DecodeCharacter(original, invalid).bytes;
    AppendUtf8(kReplacementCharacter, &text_);
    replacements_.push_back({text_.size(), position});
  }
}

std::size_t RepairedUtf8::OriginalOffset(std::size_t offset) const {
  const auto after = std::upper_bound(replacements_.begin(), replacements_.end(), offset,
                                      [](std::size_t value, const Replacement& r) { return value < r.end; });
  if (after == replacements_.begin()) return offset;
  return (after - 1)->original_end + (offset - (after - 1)->end);
}

}  // namespace lengthwise
