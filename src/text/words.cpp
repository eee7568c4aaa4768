#include "text/words.h"

#include <algorithm>

namespace lengthwise {
namespace {

constexpr std::string_view kSpaces = " \t\r\n\f\v";

}  // namespace

bool IsWhiteSpace(char byte) {
  return kSpaces.find(byte) != std::string_view::npos;
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) + 1 - first);
}

std::vector<std::string_view> Words(std::string_view text, std::size_t most) {
  std::vector<std::string_view> words;
  std::size_t begin = text.find_first_not_of(kSpaces);
  while (begin != std::string_view::npos && words.size() < most) {
    const std::size_t end = std::min(text.find_first_of(kSpaces, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(kSpaces, end);
  }
  return words;
}

}  // namespace lengthwise
