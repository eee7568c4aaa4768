// Stems of English words.
#pragma once

#include <string>
#include <string_view>

namespace lengthwise {

// Snowball's English stemmer (Porter 2): "running" and "runs" become "run". `word` is in lower case.
std::string EnglishStem(std::string_view word);

}  // namespace lengthwise
