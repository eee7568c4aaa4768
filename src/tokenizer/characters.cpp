#include "tokenizer/characters.h"

#include <algorithm>
#include <utility>

namespace lengthwise {

void Characters::Change(const std::vector<ChangedCharacter>& changed, std::size_t gone) {
  std::u32string after;
  std::vector<ByteSpan> after_spans;
  after.reserve(changed.size());
  after_spans.reserve(changed.size());
  const ByteSpan start = spans.empty() ? ByteSpan{} : ByteSpan{spans[0].begin, spans[0].begin};
  std::size_t next = gone;
  for (const ChangedCharacter& character : changed) {
    after.push_back(character.value);
    if (character.change > 0) {
      after_spans.push_back(next == 0 ? start : spans[next - 1]);
      continue;
    }
    after_spans.push_back(spans.empty() ? start : spans[std::min(next, spans.size() - 1)]);
    next = std::min(next + 1 + static_cast<std::size_t>(-character.change), spans.size());
  }
  text = std::move(after);
  spans = std::move(after_spans);
}

std::u32string DecodeText(std::string_view text) {
  Characters characters;
  ReadCharacters(text, 0, text.size(), &characters);
  return std::move(characters.text);
}

}  // namespace lengthwise
