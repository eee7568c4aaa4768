// Documents from JSON: objects one a line, or the elements of one array. Values other than the fields are
// passed over as they are read, however large or deep.
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "text/document_readers.h"
#include "text/json_handler.h"
#include "text/line_reader.h"
#include "text/words.h"

namespace lengthwise {
namespace {

std::string NamesOf(const FoundFields& found) {
  if (found.others.empty()) return "the object is empty";
  std::string names;
  for (const std::string& name : found.others)
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", name);
  return fmt::format("the object has {}; the option text-field says which member is the text", names);
}

void Give(FoundFields&& found, const FieldNames& fields, std::size_t number, std::size_t place,
          const std::string& where, DocumentSink& sink) {
  if (!found.text)
    Fail(ErrorCode::kBadInput, "{}: \"{}\" is missing; {}", where, fields.text, NamesOf(found));
  if (!found.id && !fields.id.empty()) Fail(ErrorCode::kBadInput, "{}: \"{}\" is missing", where, fields.id);
  sink.Add(found.id ? &*found.id : nullptr, std::move(found.title).value_or(""), std::move(*found.text),
           number, place, where);
}

class LineHandler : public DocumentHandler {
 public:
  LineHandler(const FieldNames& fields, const LineReader& reader)
      : DocumentHandler(fields, 0), reader_(reader) {}

  void End(FoundFields&& found) override { found_ = std::move(found); }
  [[noreturn]] void FailType(const char*) override {
    Fail(ErrorCode::kBadInput, "{}: expected a JSON object with \"text\" on each line", Where());
  }
  std::string Where() const override { return reader_.where(); }

  FoundFields& found() { return found_; }

 private:
  const LineReader& reader_;
  FoundFields found_;
};

// The one object of a file that was laid out for people begins like JSONL.
[[noreturn]] void FailUnlessWhole(std::string_view line, const std::string& where, bool first) {
  const std::string_view start = Trimmed(line);
  if (first && (start == "{" || start.ends_with(',') || start.ends_with('{') || start.ends_with('['))) {
    Fail(ErrorCode::kBadInput,
         "{}: not valid JSON: the object does not end on its line; JSONL has one object a line (jq -c . F "
         "writes it), a .json file holds one array of objects or strings; the option input-format with lines "
         "takes any line "
         "as plain text",
         where);
  }
  ParseJson(line, where, ErrorCode::kBadInput);
  Fail(ErrorCode::kInternal, "{}: JSON that is refused and taken", where);
}

// Counts lines on the way, for messages.
class Characters {
 public:
  explicit Characters(ByteSource& source) : source_(source) {}

  bool AtEnd() {
    if (position_ < size_) return false;
    position_ = 0;
    size_ = source_.Read(block_.data(), block_.size());
    ended_ = size_ == 0;
    return ended_;
  }
  char Current() { return AtEnd() ? '\0' : block_[position_]; }
  void Advance() {
    ++bytes_;
    line_ += block_[position_++] == '\n' ? 1 : 0;
  }

  std::size_t line() const { return line_; }
  std::size_t bytes() const { return bytes_; }
  bool ended() const { return ended_; }

 private:
  ByteSource& source_;
  std::array<char, 1 << 16> block_{};
  std::size_t position_ = 0;
  std::size_t size_ = 0;
  std::size_t line_ = 1;
  std::size_t bytes_ = 0;
  bool ended_ = false;
};

// Characters as the parser wants them. The default one is the end.
class CharacterIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  CharacterIterator() = default;
  explicit CharacterIterator(Characters* characters) : characters_(characters) {}
  char operator*() const { return characters_->Current(); }
  CharacterIterator& operator++() {
    characters_->Advance();
    return *this;
  }
  CharacterIterator operator++(int) {
    characters_->Advance();
    return *this;
  }
  bool operator==(const CharacterIterator& other) const { return AtEnd() == other.AtEnd(); }
  bool operator!=(const CharacterIterator& other) const { return !(*this == other); }

 private:
  bool AtEnd() const { return characters_ == nullptr || characters_->AtEnd(); }
  Characters* characters_ = nullptr;
};

class ArrayHandler : public DocumentHandler {
 public:
  ArrayHandler(const FieldNames& fields, const std::string& name, const DocumentCallback& callback,
               const Characters& characters)
      : DocumentHandler(fields, 1),
        fields_(fields),
        name_(name),
        sink_(callback, "in element", fields.IdName()),
        characters_(characters) {}

  void End(FoundFields&& found) override {
    const std::string where = Where();
    ++elements_;
    Give(std::move(found), fields_, elements_, elements_, where, sink_);
  }
  [[noreturn]] void FailType(const char* type) override {
    if (depth() == 0) {
      Fail(ErrorCode::kBadInput,
           "{}: expected one JSON array of objects with \"{}\", or of strings, and found: {} (JSONL, one "
           "object a line, is read too: the option input-format with jsonl)",
           name_, fields_.text, type);
    }
    Fail(ErrorCode::kBadInput, "{}: expected an object with \"{}\", or a string, and found: {}", Where(),
         fields_.text, type);
  }
  std::string Where() const override {
    return fmt::format("{}:{}: element {}", name_, characters_.line(), elements_ + 1);
  }
  [[noreturn]] void FailSyntax() const {
    if (too_large())
      Fail(ErrorCode::kBadInput, "{}: JSON that cannot be held: a number is too large", Where());
    if (characters_.ended()) {
      Fail(ErrorCode::kBadInput, "{}: not valid JSON: the file ends inside it; it is cut", Where());
    }
    if (invalid_utf8()) {
      Fail(ErrorCode::kBadInput, "{}: not valid UTF-8 at byte {} of the file", Where(), characters_.bytes());
    }
    Fail(ErrorCode::kBadInput,
         "{}: not valid JSON at byte {} of the file (the option input-format with lines takes any line as "
         "plain text)",
         Where(), characters_.bytes());
  }
  std::size_t count() const { return sink_.count(); }

 private:
  const FieldNames& fields_;
  const std::string& name_;
  DocumentSink sink_;
  const Characters& characters_;
  std::size_t elements_ = 0;
};

}  // namespace

std::size_t ReadJsonLines(ByteSource& source, const std::string& name, const FieldNames& fields,
                          const DocumentCallback& callback) {
  LineReader reader(source, name);
  DocumentSink sink(callback, "on line", fields.IdName());
  std::string_view line;
  while (reader.Next(&line)) {
    if (Trimmed(line).empty()) continue;
    LineHandler handler(fields, reader);
    if (!Json::sax_parse(line.begin(), line.end(), &handler)) {
      FailUnlessWhole(line, reader.where(), sink.count() == 0);
    }
    Give(std::move(handler.found()), fields, reader.number(), reader.number(), reader.where(), sink);
  }
  return sink.count();
}

std::size_t ReadJsonArray(ByteSource& source, const std::string& name, const FieldNames& fields,
                          const DocumentCallback& callback) {
  Characters characters(source);
  ArrayHandler handler(fields, name, callback, characters);
  if (!Json::sax_parse(CharacterIterator(&characters), CharacterIterator(), &handler)) handler.FailSyntax();
  return handler.count();
}

}  // namespace lengthwise
