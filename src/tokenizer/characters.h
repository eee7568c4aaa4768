// A text as characters, each with the bytes of the original that it stands for: what the stages of a
// tokenizer work on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "text/normal_forms.h"
#include "text/utf8.h"
#include "tokenizer/bert_normalizer.h"

namespace lengthwise {

struct Characters {
  std::u32string text;
  std::vector<ByteSpan> spans;  // of each character

  std::size_t size() const { return text.size(); }
  void Clear() {
    text.clear();
    spans.clear();
  }
  void Add(char32_t character, ByteSpan original) {
    text.push_back(character);
    spans.push_back(original);
  }
  // Keeps the characters [begin, end).
  void Cut(std::size_t begin, std::size_t end) {
    text.erase(end);
    text.erase(0, begin);
    spans.erase(spans.begin() + static_cast<std::ptrdiff_t>(end), spans.end());
    spans.erase(spans.begin(), spans.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  // Makes the text that `changed` says; the first `gone` characters have no successor. A character that was
  // put in stands for what the one before it came from.
  void Change(const std::vector<ChangedCharacter>& changed, std::size_t gone = 0);
};

// Bytes [begin, end) of a valid text.
inline void ReadCharacters(std::string_view text, std::size_t begin, std::size_t end, Characters* out) {
  out->Clear();
  for (std::size_t position = begin; position < end;) {
    const DecodedCharacter character = DecodeValidCharacter(text, position);
    const auto from = static_cast<std::uint32_t>(position);
    out->Add(character.value, {from, from + character.bytes});
    position += character.bytes;
  }
}

// The characters of a valid text.
std::u32string DecodeText(std::string_view text);

}  // namespace lengthwise
