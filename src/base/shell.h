// Words as a shell takes them.
#pragma once

#include <string>
#include <string_view>

namespace lengthwise {

// In single quotes, in which a shell reads no escapes.
inline std::string ShellQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace lengthwise
