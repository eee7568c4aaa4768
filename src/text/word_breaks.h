// Words of scripts that are written without spaces.
#pragma once

#include <string_view>
#include <vector>

namespace lengthwise {

// Whether a character belongs to a script that puts no space between words and whose words ICU finds by
// dictionary: Thai, Lao, Burmese, Khmer, Chinese characters, Hiragana, Katakana. (Korean has spaces.)
bool IsWrittenWithoutSpaces(char32_t character);

// The words of a run of such characters, one after the other; together they are the run. `run` is valid
// UTF-8. Which words there are depends on the dictionaries of the installed ICU.
std::vector<std::string_view> DictionaryWords(std::string_view run);

}  // namespace lengthwise
