#include "text/regex.h"

#include <unicode/uregex.h>

#include <cstdint>
#include <limits>

#include "base/fail.h"
#include "text/utf8.h"

namespace lengthwise {
namespace {

constexpr std::int32_t kStackBytes = 64 << 20;

struct RegexCloser {
  void operator()(URegularExpression* regex) const { uregex_close(regex); }
};

void AppendUtf16(char32_t character, std::u16string* out) {
  if (character < 0x10000) {
    out->push_back(static_cast<char16_t>(character));
    return;
  }
  out->push_back(static_cast<char16_t>(0xD800 + ((character - 0x10000) >> 10)));
  out->push_back(static_cast<char16_t>(0xDC00 + (character & 0x3FF)));
}

// ICU's own \s leaves out U+000B and U+0085.
std::u16string IcuPattern(std::u32string_view pattern) {
  std::u16string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != U'\\' || i + 1 == pattern.size()) {
      AppendUtf16(pattern[i], &out);
      continue;
    }
    ++i;
    if (pattern[i] == U's') {
      out += u"\\p{White_Space}";
    } else if (pattern[i] == U'S') {
      out += u"\\P{White_Space}";
    } else {
      out += u'\\';
      AppendUtf16(pattern[i], &out);
    }
  }
  return out;
}

std::string Utf8Of(std::u32string_view text) {
  std::string utf8;
  for (const char32_t character : text) AppendUtf8(character, &utf8);
  return utf8;
}

}  // namespace

Regex::Regex(std::u32string_view pattern) {
  const std::u16string units = IcuPattern(pattern);
  UErrorCode status = U_ZERO_ERROR;
  UParseError error{};
  compiled_.reset(
      uregex_open(units.data(), static_cast<std::int32_t>(units.size()), 0, &error, &status),
      [](const URegularExpression* regex) { uregex_close(const_cast<URegularExpression*>(regex)); });
  if (U_FAILURE(status)) {
    Fail(ErrorCode::kUnsupported, "the regular expression {} is not read: {}", Utf8Of(pattern),
         u_errorName(status));
  }
}

std::vector<std::pair<std::size_t, std::size_t>> Regex::Matches(std::u32string_view text) const {
  std::u16string units;
  units.reserve(text.size());
  // The character that each unit belongs to.
  std::vector<std::size_t> character_at;
  character_at.reserve(text.size() + 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    AppendUtf16(text[i], &units);
    character_at.resize(units.size(), i);
  }
  character_at.push_back(text.size());
  if (units.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    Fail(ErrorCode::kBadInput, "a text of {} characters is too long for a regular expression", text.size());

  UErrorCode status = U_ZERO_ERROR;
  // The compiled pattern is shared; what a search remembers is its own.
  const std::unique_ptr<URegularExpression, RegexCloser> search(uregex_clone(compiled_.get(), &status));
  uregex_setStackLimit(search.get(), kStackBytes, &status);
  uregex_setText(search.get(), units.data(), static_cast<std::int32_t>(units.size()), &status);
  std::vector<std::pair<std::size_t, std::size_t>> matches;
  while (U_SUCCESS(status) && uregex_findNext(search.get(), &status) != 0) {
    const std::size_t begin = character_at[static_cast<std::size_t>(uregex_start(search.get(), 0, &status))];
    const std::size_t end = character_at[static_cast<std::size_t>(uregex_end(search.get(), 0, &status))];
    if (begin < end) matches.emplace_back(begin, end);
  }
  if (U_FAILURE(status))
    Fail(ErrorCode::kBadInput, "a regular expression of the tokenizer fails: {}", u_errorName(status));
  return matches;
}

}  // namespace lengthwise
