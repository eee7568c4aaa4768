// Throwing with a formatted message.
#pragma once

#include <fmt/format.h>

#include <utility>

#include "lengthwise/error.h"

namespace lengthwise {

template <typename... Args>
[[noreturn]] void Fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(code, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace lengthwise
