// JSON objects, one a line, with their places.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace lengthwise {

// The place of a line, for messages: "FILE:LINE".
std::string LinePlace(const std::filesystem::path& path, std::size_t line);

// Calls back with every line, its number from 1. Throws kIo, or kBadInput for invalid UTF-8.
void ForEachLine(const std::filesystem::path& path,
                 const std::function<void(std::string_view text, std::size_t line)>& callback);

// The same for lines that hold a JSON object; lines of white space are skipped. Throws kBadInput, naming the
// line, for anything else.
void ForEachJsonLine(const std::filesystem::path& path,
                     const std::function<void(const Json& object, std::size_t line)>& callback);

bool IsBlank(std::string_view text);

}  // namespace lengthwise
