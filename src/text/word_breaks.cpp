#include "text/word_breaks.h"

#include <cstddef>

#include "text/icu_breaks.h"

namespace lengthwise {

bool IsWrittenWithoutSpaces(char32_t c) {
  if (c < 0x0E01) return false;
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  return within(0x0E01, 0x0EFF) ||                            // Thai, Lao
         within(0x1000, 0x109F) || within(0xA9E0, 0xA9FE) ||  // Burmese
         within(0xAA60, 0xAA7F) ||                            // and its extensions
         within(0x1780, 0x17FF) ||                            // Khmer
         within(0x3005, 0x3007) || within(0x3021, 0x3029) ||  // Chinese signs and numbers
         within(0x3041, 0x30FF) || within(0x31F0, 0x31FF) ||  // Hiragana, Katakana
         within(0xFF66, 0xFF9F) ||                            // Katakana of half width
         within(0x3400, 0x4DBF) || within(0x4E00, 0x9FFF) ||  // Chinese characters
         within(0xF900, 0xFAFF) || within(0x20000, 0x323AF);
}

std::vector<std::string_view> DictionaryWords(std::string_view run) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  for (const std::size_t end : WordEnds(run)) {
    words.push_back(run.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

}  // namespace lengthwise
