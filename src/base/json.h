// JSON: nlohmann's value type, with errors that name the file.
#pragma once

#include <filesystem>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/fail.h"

namespace lengthwise {

using Json = nlohmann::json;
// Keeps the order in which members were added; for documents that people read.
using OrderedJson = nlohmann::ordered_json;

// Throws `code`, saying where the text is not JSON. `where` names the source: a path, or a path and line.
Json ParseJson(std::string_view text, const std::string& where, ErrorCode code);

// Throws kIo if the file cannot be read, `code` if it is not a JSON object.
Json ReadJsonObject(const std::filesystem::path& path, ErrorCode code);

// The member `name` as a T, or `fallback` where it is absent or null. Throws `code` if it has another type.
template <typename T>
T JsonMember(const Json& object, const char* name, T fallback, const std::string& where, ErrorCode code) {
  const auto member = object.find(name);
  if (member == object.end() || member->is_null()) return fallback;
  try {
    return member->get<T>();
  } catch (const nlohmann::json::exception&) {
    // An array or object may be nested too deeply to print.
    Fail(code, "{}: \"{}\" has the wrong type: {}", where, name,
         member->is_primitive() ? member->dump() : member->type_name());
  }
}

// The same, where the member must be there.
template <typename T>
T RequiredJsonMember(const Json& object, const char* name, const std::string& where, ErrorCode code) {
  if (!object.contains(name) || object.at(name).is_null()) Fail(code, "{}: \"{}\" is missing", where, name);
  return JsonMember<T>(object, name, T{}, where, code);
}

}  // namespace lengthwise
