#include "usage/flags.h"

#include "usage/option_groups.h"

namespace lengthwise {

std::string WithFlags(std::string_view message) {
  constexpr std::string_view kWords = "the option ";
  std::string text;
  for (std::size_t at = message.find(kWords); at != std::string_view::npos; at = message.find(kWords)) {
    text += message.substr(0, at);
    message.remove_prefix(at + kWords.size());
    const std::string_view name = message.substr(0, message.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"));
    // A text that is quoted may have the same words.
    text += IsListed("--" + std::string(name)) ? "--" : kWords;
  }
  return text += message;
}

}  // namespace lengthwise
