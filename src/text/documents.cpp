#include "text/documents.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "text/line_reader.h"
#include "text/utf8.h"

namespace lengthwise {
namespace {

constexpr ErrorCode kBad = ErrorCode::kBadInput;

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r\v\f") == std::string_view::npos;
}

// Ids, by their hash, and the lines that they came from. Bounded: an input may have more lines than memory
// has room for. Two ids with one hash of 64 bits are not to be expected among so few.
class SeenIds {
 public:
  void Add(const std::string& id, const LineReader& reader) {
    Hasher hasher;
    hasher.Add(id);
    const std::uint64_t hash = hasher.Value().first;
    const auto seen = lines_.find(hash);
    if (seen != lines_.end()) {
      Fail(kBad, "{}: \"_id\" {} stands on line {} already", reader.where(), id, seen->second);
    }
    if (lines_.size() < kIdsKept) lines_.emplace(hash, reader.number());
  }

 private:
  std::unordered_map<std::uint64_t, std::size_t> lines_;
};

// The text of member `name`; null if it is not there, or null itself.
const std::string* FindText(const Json& object, const char* name, const std::string& where) {
  const auto member = object.find(name);
  if (member == object.end() || member->is_null()) return nullptr;
  if (!member->is_string()) Fail(kBad, "{}: \"{}\" is {}, not a string", where, name, member->type_name());
  return member->get_ptr<const std::string*>();
}

Document ParseJsonDocument(std::string_view line, const LineReader& reader) {
  const std::string where = reader.where();
  const Json object = ParseJson(line, where, kBad);
  if (!object.is_object()) Fail(kBad, "{}: expected a JSON object with \"text\"", where);
  const std::string* text = FindText(object, "text", where);
  if (text == nullptr) Fail(kBad, "{}: \"text\" is missing", where);
  const std::string* title = FindText(object, "title", where);
  const std::string* id = FindText(object, "_id", where);
  return {id != nullptr ? *id : std::to_string(reader.number()), title != nullptr ? *title : "", *text,
          id == nullptr};
}

std::size_t ReadLines(LineReader* reader, DocumentFormat format, const DocumentCallback& callback) {
  std::size_t count = 0;
  std::size_t undecided = 0;  // blank lines before the first that tells the format
  SeenIds ids;
  const auto give_blank_lines = [&] {
    for (std::size_t number = 1; number <= undecided; ++number, ++count)
      callback({std::to_string(number), "", "", true});
    undecided = 0;
  };
  std::string_view line;
  while (reader->Next(&line)) {
    if (format == DocumentFormat::kDetect) {
      if (IsBlank(line)) {
        ++undecided;
        continue;
      }
      const bool json = line[line.find_first_not_of(" \t\r\v\f")] == '{';
      format = json ? DocumentFormat::kJsonLines : DocumentFormat::kPlainText;
      if (!json) give_blank_lines();
    }
    if (format == DocumentFormat::kPlainText) {
      callback({std::to_string(reader->number()), "", std::string(line), true});
    } else {
      if (IsBlank(line)) continue;
      Document document = ParseJsonDocument(line, *reader);
      ids.Add(document.id, *reader);
      callback(std::move(document));
    }
    ++count;
  }
  if (format == DocumentFormat::kDetect) give_blank_lines();
  return count;
}

void ReadFolder(const std::string& folder, const DocumentCallback& callback) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  std::error_code unreadable;  // a link to nowhere is no file; that is not a failure of the listing
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".txt" && entry->is_regular_file(unreadable))
      paths.push_back(entry->path());
  }
  if (error) Fail(ErrorCode::kIo, "cannot list {}: {}", folder, error.message());
  if (paths.empty()) Fail(kBad, "{}: holds no .txt file", folder);
  std::sort(paths.begin(), paths.end());
  for (const std::filesystem::path& path : paths) {
    Document document;
    document.id = path.filename().string();
    document.text = ReadFile(path);
    RejectUtf16(document.text, path.string());
    const std::size_t invalid = FindInvalidUtf8(document.text);
    if (invalid != document.text.size()) {
      const auto line = std::count(document.text.begin(),
                                   document.text.begin() + static_cast<std::ptrdiff_t>(invalid), '\n') +
                        1;
      Fail(kBad, "{}:{}: not valid UTF-8 at byte {} of the file", path.string(), line, invalid + 1);
    }
    document.text.erase(0, ByteOrderMarkSize(document.text));
    callback(std::move(document));
  }
}

bool IsJsonLinesName(const std::string& name) {
  return std::filesystem::path(name).extension() == ".jsonl";
}

}  // namespace

void ForEachDocumentIn(std::FILE* stream, DocumentFormat format, const std::string& name,
                       const DocumentCallback& callback) {
  LineReader reader(stream, name);
  if (ReadLines(&reader, format, callback) == 0) Fail(kBad, "{}: holds no document", name);
}

void ForEachDocument(const std::string& input, const DocumentCallback& callback) {
  if (input == "-") {
    ForEachDocumentIn(stdin, DocumentFormat::kDetect, "standard input", callback);
    return;
  }
  std::error_code error;
  if (std::filesystem::is_directory(input, error)) {
    ReadFolder(input, callback);
    return;
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(input.c_str(), "rb"), &std::fclose);
  if (stream == nullptr) Fail(ErrorCode::kIo, "cannot open {}: {}", input, std::strerror(errno));
  ForEachDocumentIn(stream.get(),
                    IsJsonLinesName(input) ? DocumentFormat::kJsonLines : DocumentFormat::kPlainText, input,
                    callback);
}

std::vector<Document> ReadDocuments(const std::string& input) {
  std::vector<Document> documents;
  ForEachDocument(input, [&](Document&& document) { documents.push_back(std::move(document)); });
  return documents;
}

std::string EmbeddedText(const Document& document) {
  return document.title.empty() ? document.text : document.title + " " + document.text;
}

}  // namespace lengthwise
