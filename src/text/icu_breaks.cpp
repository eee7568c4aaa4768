#include "text/icu_breaks.h"

#include <unicode/ubrk.h>
#include <unicode/utext.h>
#include <unicode/uversion.h>

#include <array>
#include <cstdint>
#include <limits>
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
using Breaks = std::unique_ptr<UBreakIterator, BreaksCloser>;

void CheckIcu(UErrorCode status) {
  if (U_FAILURE(status)) Fail(ErrorCode::kInternal, "ICU finds no breaks: {}", u_errorName(status));
}

Breaks OpenBreaks(UBreakIteratorType type) {
  UErrorCode status = U_ZERO_ERROR;
  Breaks opened(ubrk_open(type, "", nullptr, 0, &status));
  CheckIcu(status);
  return opened;
}

std::vector<std::size_t> Ends(UBreakIterator* breaks, std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    Fail(ErrorCode::kBadInput,
         "a text of {} bytes is too long to be broken into words or sentences; split it", text.size());
  }
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UText, TextCloser> opened(
      utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status));
  CheckIcu(status);
  ubrk_setUText(breaks, opened.get(), &status);
  CheckIcu(status);
  std::vector<std::size_t> ends;
  // Places are bytes, as the text is UTF-8.
  for (std::int32_t end = ubrk_next(breaks); end != UBRK_DONE; end = ubrk_next(breaks))
    ends.push_back(static_cast<std::size_t>(end));
  return ends;
}

}  // namespace

// One iterator a thread: it is changed by use, and takes longer to open than most texts to break.
std::vector<std::size_t> WordEnds(std::string_view text) {
  thread_local const Breaks breaks = OpenBreaks(UBRK_WORD);
  return Ends(breaks.get(), text);
}

std::vector<std::size_t> SentenceEnds(std::string_view text) {
  thread_local const Breaks breaks = OpenBreaks(UBRK_SENTENCE);
  return Ends(breaks.get(), text);
}

std::string IcuVersion() {
  UVersionInfo version{};
  u_getVersion(version);
  std::array<char, U_MAX_VERSION_STRING_LENGTH> text{};
  u_versionToString(version, text.data());
  return text.data();
}

}  // namespace lengthwise
