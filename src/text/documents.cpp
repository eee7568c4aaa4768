#include "text/documents.h"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/fail.h"
#include "text/binary_formats.h"
#include "text/line_reader.h"
#include "text/text_folder.h"
#include "text/unpack.h"
#include "text/words.h"

namespace lengthwise {
namespace {

struct FormatName {
  InputFormat format;
  std::string_view name;
};
constexpr FormatName kFormatNames[] = {
    {InputFormat::kAuto, "auto"}, {InputFormat::kLines, "lines"}, {InputFormat::kJsonLines, "jsonl"},
    {InputFormat::kJson, "json"}, {InputFormat::kCsv, "csv"},     {InputFormat::kTsv, "tsv"},
};

// The ending of a name, before that of an archive, in small letters.
std::string EndingOf(const std::string& path) {
  std::filesystem::path name = std::filesystem::path(path).filename();
  const auto lower = [](std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
  };
  const std::string archive = lower(name.extension().string());
  if (archive == ".gz" || archive == ".zst" || archive == ".zstd") name.replace_extension();
  return lower(name.extension().string());
}

// The first characters that are not white space, two at most.
std::string FirstCharacters(PeekedSource& source) {
  // Beyond so much white space nothing is looked for: it would have to be held.
  constexpr std::size_t kMost = std::size_t{1} << 20;
  std::string found;
  for (std::size_t position = ByteOrderMarkSize(source.Peek(3)); found.size() < 2 && position < kMost;
       ++position) {
    const std::string_view start = source.Peek(position + 1);
    if (position >= start.size()) break;
    if (!IsWhiteSpace(start[position])) found.push_back(start[position]);
    // A line's documents are not to wait for the next line.
    if (found.size() == 1 && found[0] != '[') break;
  }
  return found;
}

InputFormat FormatOf(PeekedSource& source, const std::string& ending) {
  if (ending == ".csv") return InputFormat::kCsv;
  if (ending == ".tsv") return InputFormat::kTsv;
  const std::string first = FirstCharacters(source);
  if (first.starts_with('{')) return InputFormat::kJsonLines;
  if (first == "[{" || first == "[\"" || first == "[]") return InputFormat::kJson;
  if (ending == ".jsonl" || ending == ".ndjson") return InputFormat::kJsonLines;
  return ending == ".json" ? InputFormat::kJson : InputFormat::kLines;
}

// Each line of plain text is a document: not to be guessed in silence, but where the name says so.
bool NamesPlainText(const std::string& ending) {
  return ending == ".txt" || ending == ".text" || ending == ".lines";
}

std::size_t ReadAs(InputFormat format, ByteSource& source, const InputOptions& input, const std::string& name,
                   const DocumentCallback& callback) {
  switch (format) {
    case InputFormat::kJsonLines:
      return ReadJsonLines(source, name, input.fields, callback);
    case InputFormat::kJson:
      return ReadJsonArray(source, name, input.fields, callback);
    case InputFormat::kCsv:
      return ReadTable(source, name, ',', input.fields, callback);
    case InputFormat::kTsv:
      return ReadTable(source, name, '\t', input.fields, callback);
    case InputFormat::kAuto:
    case InputFormat::kLines:
      break;
  }
  return ReadPlainLines(source, name, input.format == InputFormat::kLines, callback);
}

void AddFieldNote(const InputOptions& input, const std::string& name, const char* what,
                  std::vector<std::string>& notes) {
  const FieldNames plain;
  if (input.fields.text == plain.text && input.fields.id.empty() && input.fields.title.empty()) return;
  notes.push_back(fmt::format("{}: {} has no fields, so their names have no effect", name, what));
}

// Shows every document to `checks` before it is given on.
DocumentCallback Checked(DocumentChecks& checks, const DocumentCallback& callback) {
  return [&](Document&& document) {
    checks.Add(document.id, document.title, document.text);
    callback(std::move(document));
  };
}

}  // namespace

InputFormat ParseInputFormat(std::string_view name) {
  for (const FormatName& format : kFormatNames) {
    if (format.name == name) return format.format;
  }
  Fail(ErrorCode::kBadInput, "\"{}\" is no format of inputs; there are auto, lines, jsonl, json, csv, tsv",
       name);
}

InputFindings ForEachDocumentIn(std::unique_ptr<ByteSource> source, const InputOptions& input,
                                const std::string& name, const DocumentCallback& callback) {
  InputFindings findings;
  DocumentChecks checks;
  PeekedSource text(Unpacked(std::move(source), name));
  const std::string_view start = text.Peek(kMagicSize);
  RejectUtf16(start, name);
  if (input.format != InputFormat::kLines) RefuseBinary(start, name);
  const std::string ending = EndingOf(input.path);
  const InputFormat format = input.format == InputFormat::kAuto ? FormatOf(text, ending) : input.format;
  const std::size_t count = ReadAs(format, text, input, name, Checked(checks, callback));
  if (count == 0) Fail(ErrorCode::kBadInput, "{}: holds no document", name);
  if (format == InputFormat::kLines) {
    if (input.format == InputFormat::kAuto && !NamesPlainText(ending)) {
      findings.notes.push_back(
          fmt::format("{}: taken as plain text, each of its {} lines a document (the option input-format "
                      "with lines, or a name that "
                      "ends in .txt, says so)",
                      name, count));
    }
    AddFieldNote(input, name, "plain text", findings.notes);
  }
  findings.warnings = checks.Warnings();
  return findings;
}

InputFindings ForEachDocument(const InputOptions& input, const DocumentCallback& callback) {
  if (input.path == "-") {
    return ForEachDocumentIn(std::make_unique<FileSource>(STDIN_FILENO, "standard input"), input,
                             "standard input", callback);
  }
  std::error_code error;
  if (!std::filesystem::is_directory(input.path, error)) {
    return ForEachDocumentIn(std::make_unique<FileSource>(input.path), input, input.path, callback);
  }
  InputFindings findings;
  if (input.format != InputFormat::kAuto) {
    Fail(ErrorCode::kBadInput,
         "{}: a folder, of which every .txt file is a document; the option input-format is for files",
         input.path);
  }
  DocumentChecks checks;
  ReadTextFolder(input.path, Checked(checks, callback), findings.notes);
  AddFieldNote(input, input.path, "a text file", findings.notes);
  findings.warnings = checks.Warnings();
  return findings;
}

std::optional<InputSurvey> SurveyDocuments(const InputOptions& input) {
  std::error_code error;
  const auto kind = std::filesystem::status(input.path, error).type();
  if (input.path == "-" ||
      (kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::directory &&
       kind != std::filesystem::file_type::not_found)) {
    return std::nullopt;
  }
  InputSurvey survey;
  survey.findings = ForEachDocument(input, [&](Document&&) { ++survey.documents; });
  return survey;
}

std::vector<Document> ReadDocuments(const InputOptions& input, InputFindings* findings) {
  std::vector<Document> documents;
  InputFindings found =
      ForEachDocument(input, [&](Document&& document) { documents.push_back(std::move(document)); });
  if (findings != nullptr) *findings = std::move(found);
  return documents;
}

}  // namespace lengthwise
