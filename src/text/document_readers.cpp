#include "text/document_readers.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "base/hash.h"
#include "text/line_reader.h"

namespace lengthwise {

std::string EmbeddedText(const Document& document) {
  return document.title.empty() ? document.text : document.title + " " + document.text;
}

std::vector<std::string> EmbeddedTexts(std::span<const Document> documents) {
  std::vector<std::string> texts(documents.size());
  std::transform(documents.begin(), documents.end(), texts.begin(), EmbeddedText);
  return texts;
}

std::vector<std::string> IdsOf(std::span<const Document> documents) {
  std::vector<std::string> ids;
  for (const Document& document : documents) ids.push_back(document.id);
  return ids;
}

std::vector<std::string> TitlesOf(std::span<const Document> documents) {
  std::vector<std::string> titles(documents.size());
  std::transform(documents.begin(), documents.end(), titles.begin(),
                 [](const Document& document) { return document.title; });
  return titles;
}

const std::string& FieldNames::IdName() const {
  static const std::string usual = "_id";
  return id.empty() ? usual : id;
}

const std::string& FieldNames::TitleName() const {
  static const std::string usual = "title";
  return title.empty() ? usual : title;
}

void DocumentSink::Add(const std::string* id, std::string&& title, std::string&& text, std::size_t number,
                       std::size_t place, const std::string& where) {
  Document document{id != nullptr ? *id : std::to_string(number), std::move(title), std::move(text),
                    id == nullptr};
  Hasher hasher;
  hasher.Add(document.id);
  const std::uint64_t hash = hasher.Value().first;
  const auto seen = places_.find(hash);
  if (seen != places_.end()) {
    Fail(ErrorCode::kBadInput, "{}: \"{}\" {} stands {} {} already", where, id_name_, document.id, unit_,
         seen->second);
  }
  if (places_.size() < kIdsKept) places_.emplace(hash, place);
  ++count_;
  callback_(std::move(document));
}

std::size_t ReadPlainLines(ByteSource& source, const std::string& name, bool allow_nul,
                           const DocumentCallback& callback) {
  LineReader reader(source, name, allow_nul);
  std::string_view line;
  while (reader.Next(&line)) callback({std::to_string(reader.number()), "", std::string(line), true});
  return reader.number();
}

}  // namespace lengthwise
