// What the values of options may be, and how a wrong command line is refused: by exceptions of CLI11, for
// which main.cpp ends with exit code 2. What the library refuses ends with 1, but for what AsUsage takes
// over.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "lengthwise/error.h"

namespace lengthwise {

inline constexpr std::uint64_t kNoMost = std::numeric_limits<std::uint64_t>::max();

// A whole number in decimal digits. What CLI11 converts by itself takes "-1" for 2^64 - 1 and "010" for 8.
CLI::Validator WholeNumber(std::uint64_t least = 0, std::uint64_t most = kNoMost);

// A finite number: from `least` to `most`, or between two bounds that are not taken themselves.
CLI::Validator Number(double least, double most);
CLI::Validator NumberBetween(double low, double high);

// One of these words; the refusal names the nearest.
CLI::Validator OneOf(std::vector<std::string> choices);

// What this function of the library takes without an Error, whose message the refusal is.
CLI::Validator TakenBy(std::function<void(const std::string& value)> parse);

// The words of the option's OneOf; none where it has no such check.
std::vector<std::string> ChoicesOf(const CLI::Option& option);

template <typename... Args>
[[noreturn]] void FailUsage(fmt::format_string<Args...> format, Args&&... args) {
  throw CLI::ValidationError(fmt::format(format, std::forward<Args>(args)...));
}

// Calls `check`, which looks at nothing but options: bad input there is wrong usage.
template <typename Check>
decltype(auto) AsUsage(Check&& check) {
  try {
    return std::forward<Check>(check)();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kBadInput) FailUsage("{}", error.what());
    throw;
  }
}

// Refuses the first name that there is not, of so-called things ("set"), and says which there are.
void CheckNames(const std::string& what, const std::vector<std::string>& names,
                const std::vector<std::string>& known);

// Refuses two names of the same folder, by what they lead to. `option`: which one names them.
void CheckDifferentFolders(const std::string& option, const std::vector<std::string>& folders);

}  // namespace lengthwise
