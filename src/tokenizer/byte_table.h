// ASCII at a glance.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "text/unicode.h"
#include "tokenizer/bert_normalizer.h"

namespace lengthwise {

// What the normaliser and the pre-tokenizer make of each byte, so that ASCII words need neither.
struct ByteTable {
  enum Kind : std::uint8_t { kWord, kSpace, kPunctuationMark, kDropped, kNotAscii };
  std::array<Kind, 256> kind;
  std::array<char, 256> normalized;

  explicit ByteTable(const BertNormalizerOptions& options) {
    const std::uint8_t* classes = CharacterClasses();
    for (std::size_t byte = 0; byte < kind.size(); ++byte) {
      const bool upper = options.lowercase && byte >= 'A' && byte <= 'Z';
      normalized[byte] = static_cast<char>(upper ? byte + 0x20 : byte);
      if (byte >= 0x80) {
        kind[byte] = kNotAscii;
      } else if (options.clean_text && (classes[byte] & kRemoved) != 0) {
        kind[byte] = kDropped;
      } else if ((classes[byte] & kWhitespace) != 0) {
        kind[byte] = kSpace;
      } else {
        kind[byte] = (classes[byte] & kPunctuation) != 0 ? kPunctuationMark : kWord;
      }
    }
  }

  Kind Of(char byte) const { return kind[static_cast<unsigned char>(byte)]; }
};

}  // namespace lengthwise
