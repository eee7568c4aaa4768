#include "task_data/json_lines.h"

#include "text/byte_source.h"
#include "text/line_reader.h"

namespace lengthwise {

std::string LinePlace(const std::filesystem::path& path, std::size_t line) {
  return fmt::format("{}:{}", path.string(), line);
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

void ForEachLine(const std::filesystem::path& path,
                 const std::function<void(std::string_view text, std::size_t line)>& callback) {
  FileSource source(path.string());
  LineReader reader(source, path.string());
  std::string_view line;
  while (reader.Next(&line)) callback(line, reader.number());
}

void ForEachJsonLine(const std::filesystem::path& path,
                     const std::function<void(const Json& object, std::size_t line)>& callback) {
  ForEachLine(path, [&](std::string_view text, std::size_t line) {
    if (IsBlank(text)) return;
    const std::string where = LinePlace(path, line);
    const Json object = ParseJson(text, where, ErrorCode::kBadInput);
    if (!object.is_object()) Fail(ErrorCode::kBadInput, "{}: expected a JSON object", where);
    callback(object, line);
  });
}

}  // namespace lengthwise
