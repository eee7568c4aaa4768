// UTF-8: checking, decoding, and repair of invalid bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

inline constexpr char32_t kReplacementCharacter = 0xFFFD;

// One character of a text and how many bytes it takes. An invalid part of up to three bytes (a maximal
// subpart, as the Unicode Standard, section 3.9, defines it) is one U+FFFD with `valid` false.
struct DecodedCharacter {
  char32_t value = 0;
  std::uint32_t bytes = 0;
  bool valid = true;
};

// The character at `position` < text.size().
DecodedCharacter DecodeCharacter(std::string_view text, std::size_t position);

// The same in a text that is known to be valid.
inline DecodedCharacter DecodeValidCharacter(std::string_view text, std::size_t position) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[position + i]));
  };
  const char32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {((first & 0x1F) << 6) | (byte(1) & 0x3F), 2};
  if (first < 0xF0) return {((first & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F), 3};
  return {((first & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F), 4};
}

// Where the first invalid byte stands; text.size() if the text is valid.
std::size_t FindInvalidUtf8(std::string_view text);

// True for the bytes that begin a character, in a valid text.
inline bool IsCharacterStart(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

// Where the character before `end` > 0 of a valid text begins.
inline std::size_t PreviousCharacter(std::string_view text, std::size_t end) {
  do {
    --end;
  } while (!IsCharacterStart(text[end]));
  return end;
}

void AppendUtf8(char32_t character, std::string* text);

// A text with U+FFFD in place of every invalid part, and the way back to the original's bytes.
class RepairedUtf8 {
 public:
  explicit RepairedUtf8(std::string_view original);

  const std::string& text() const { return text_; }
  // The byte of the original that stands at a character boundary of text().
  std::size_t OriginalOffset(std::size_t offset) const;

 private:
  struct Replacement {
    std::size_t end;           // in text_, after the U+FFFD
    std::size_t original_end;  // in the original, after the invalid part
  };
  std::string text_;
  std::vector<Replacement> replacements_;
};

}  // namespace lengthwise
