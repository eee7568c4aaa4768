// Where ICU finds that words and sentences end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

// In bytes of `text`, which may be invalid UTF-8, in order; the last is the text's end, and an empty text has
// none. A word ends where another or what stands between words begins, a sentence where the next begins, so
// that white space belongs to the one before it; a line's end is a sentence's. Throw kBadInput for a text
// beyond 2 GiB.
std::vector<std::size_t> WordEnds(std::string_view text);
std::vector<std::size_t> SentenceEnds(std::string_view text);

// Of the installed ICU, whose rules and dictionaries say where that is.
std::string IcuVersion();

}  // namespace lengthwise
