// Standard input, output and error.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace lengthwise {

// Opens those that are closed, so that no file takes the number of one and is written into by messages.
// Reading and writing them fails as it would have.
void OpenClosedStreams();

// On standard error, options as flags (WithFlags). What cannot be written there is not written: it must not
// matter to the result.
void SayText(std::string_view text);
template <typename... Args>
void Say(fmt::format_string<Args...> format, Args&&... args) {
  SayText(fmt::format(format, std::forward<Args>(args)...));
}

// Throws kIo where what was printed on standard output has not got there.
void FlushStandardOutput();

}  // namespace lengthwise
