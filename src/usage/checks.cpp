#include "usage/checks.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "base/nearest_name.h"

namespace lengthwise {
namespace {

// The same characters as CLI11's conversion will take, or nothing.
template <typename T>
bool Parse(const std::string& text, T* value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *value);
  return error == std::errc() && stop == end;
}

bool IsPlainWholeNumber(const std::string& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit) &&
         (text.size() == 1 || text[0] != '0');
}

std::string WholeRange(std::uint64_t least, std::uint64_t most) {
  if (most == kNoMost) return fmt::format("of {} or more", least);
  return fmt::format("from {} to {}", least, most);
}

}  // namespace

CLI::Validator WholeNumber(std::uint64_t least, std::uint64_t most) {
  const auto check = [least, most](const std::string& text) -> std::string {
    if (!IsPlainWholeNumber(text))
      return fmt::format("must be a whole number {}, not {}", WholeRange(least, most), text);
    std::uint64_t value = 0;
    if (!Parse(text, &value))
      return fmt::format("must be a whole number from {} to {}, not {}", least, most, text);
    if (value >= least && value <= most) return "";
    return fmt::format("must be a whole number {}, not {}", WholeRange(least, most), text);
  };
  return CLI::Validator(check, "");
}

CLI::Validator Number(double least, double most) {
  const auto check = [least, most](const std::string& text) -> std::string {
    double value = 0;
    // Negated, so that NaN fails; nothing is infinite between two finite ends.
    if (Parse(text, &value) && value >= least && value <= most) return "";
    return fmt::format("must be a number from {:.6g} to {:.6g}, not {}", least, most, text);
  };
  return CLI::Validator(check, "");
}

CLI::Validator NumberBetween(double low, double high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    double value = 0;
    if (Parse(text, &value) && value > low && value < high) return "";
    return fmt::format("must be a number between {:.6g} and {:.6g}, not {}", low, high, text);
  };
  return CLI::Validator(check, "");
}

CLI::Validator OneOf(std::vector<std::string> choices) {
  const std::string description = fmt::format("{{{}}}", fmt::join(choices, ","));
  const auto check = [choices = std::move(choices)](const std::string& text) -> std::string {
    if (std::find(choices.begin(), choices.end(), text) != choices.end()) return "";
    return fmt::format("must be one of {}, not {}{}", fmt::join(choices, ", "), text,
                       DidYouMean(text, choices));
  };
  return CLI::Validator(check, description);
}

CLI::Validator TakenBy(std::function<void(const std::string& value)> parse) {
  const auto check = [parse = std::move(parse)](const std::string& text) -> std::string {
    try {
      parse(text);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  };
  return CLI::Validator(check, "");
}

std::vector<std::string> ChoicesOf(const CLI::Option& option) {
  // "TYPE:{a,b}", as CLI11 puts it together of the type's name and the description of its check.
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find(":{");
  if (begin == std::string::npos) return {};
  const std::size_t end = type.find('}', begin);
  return CLI::detail::split(type.substr(begin + 2, end - begin - 2), ',');
}

void CheckNames(const std::string& what, const std::vector<std::string>& names,
                const std::vector<std::string>& known) {
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    FailUsage("there is no {} {}{}; there are {}", what, name, DidYouMean(name, known),
              fmt::join(known, ", "));
  }
}

void CheckDifferentFolders(const std::string& option, const std::vector<std::string>& folders) {
  for (std::size_t i = 0; i < folders.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      std::error_code missing;  // said by whatever reads it
      if (!std::filesystem::equivalent(folders[i], folders[j], missing) || missing) continue;
      if (folders[i] == folders[j]) FailUsage("{} {} is given twice; give it once", option, folders[i]);
      FailUsage("{} {} and {} {} are the same folder; give one", option, folders[j], option, folders[i]);
    }
  }
}

}  // namespace lengthwise
