#include "text/word_breaks.h"

#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include <cstddef>
#include <memory>

#include "base/fail.h"

namespace lengthwise {
namespace {

struct BreaksCloser {
  void operator()(UBreakIterator* breaks) const { ubrk_close(breaks); }
};
struct TextCloser {
  void operator()(UText* text) const { utext_close(text); }
};

void CheckIcu(UErrorCode status) {
  if (U_FAILURE(status)) Fail(ErrorCode::kInternal, "ICU finds no words: {}", u_errorName(status));
}

// One a thread: an iterator is changed by use, and takes longer to open than most texts to break.
UBreakIterator* WordBreaks() {
  thread_local const std::unique_ptr<UBreakIterator, BreaksCloser> breaks = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<UBreakIterator, BreaksCloser> opened(ubrk_open(UBRK_WORD, "", nullptr, 0, &status));
    CheckIcu(status);
    return opened;
  }();
  return breaks.get();
}

}  // namespace

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
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UText, TextCloser> text(
      utext_openUTF8(nullptr, run.data(), static_cast<std::int64_t>(run.size()), &status));
  CheckIcu(status);
  UBreakIterator* const breaks = WordBreaks();
  ubrk_setUText(breaks, text.get(), &status);
  CheckIcu(status);
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  // Places are bytes, as the text is UTF-8.
  for (std::int32_t end = ubrk_next(breaks); end != UBRK_DONE; end = ubrk_next(breaks)) {
    words.push_back(run.substr(begin, static_cast<std::size_t>(end) - begin));
    begin = static_cast<std::size_t>(end);
  }
  return words;
}

}  // namespace lengthwise
