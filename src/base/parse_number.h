// A number from text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace lengthwise {

// The whole text as a number; nothing where it is none, or out of the type's range.
template <typename T>
std::optional<T> NumberOf(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace lengthwise
