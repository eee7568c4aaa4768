#include "base/json.h"

#include "base/file.h"

namespace lengthwise {

Json ParseJson(std::string_view text, const std::string& where, ErrorCode code) {
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    if (text.empty()) Fail(code, "{}: not valid JSON: there is nothing", where);
    if (error.byte > text.size()) {
      Fail(code, "{}: not valid JSON: it ends after {} bytes, in the middle of a value", where, text.size());
    }
    Fail(code, "{}: not valid JSON at byte {} of {}", where, error.byte, text.size());
  } catch (const nlohmann::json::exception&) {
    Fail(code, "{}: JSON that cannot be held: a number is too large", where);
  }
}

Json ReadJsonObject(const std::filesystem::path& path, ErrorCode code) {
  Json value = ParseJson(ReadFile(path), path.string(), code);
  if (!value.is_object()) Fail(code, "{}: expected a JSON object", path.string());
  return value;
}

}  // namespace lengthwise
