// A whole part of a text, normalised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/utf8.h"
#include "tokenizer/bert_normalizer.h"

namespace lengthwise {

// Normalised text as a whole, for finding added tokens in it.
struct NormalizedText {
  std::string text;
  std::vector<ByteSpan> spans;  // of each byte of `text`

  void Add(char32_t character, ByteSpan original) {
    AppendUtf8(character, &text);
    spans.resize(text.size(), original);
  }
};

// Appends bytes [begin, end) of `text`, which is valid UTF-8, normalised; spans count from the start of
// `text`.
inline void NormalizeInto(const BertNormalizerOptions& options, std::string_view text, std::size_t begin,
                          std::size_t end, NormalizedText* out) {
  BertNormalizer<NormalizedText> normalizer(options, out);
  for (std::size_t position = begin; position < end;) {
    const DecodedCharacter character = DecodeValidCharacter(text, position);
    const auto from = static_cast<std::uint32_t>(position);
    normalizer.Add(character.value, {from, from + character.bytes});
    position += character.bytes;
  }
  normalizer.Finish();
}

}  // namespace lengthwise
