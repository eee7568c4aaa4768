// Documents from tables: CSV and TSV, as RFC 4180 has them.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "text/document_readers.h"
#include "text/line_reader.h"

namespace lengthwise {
namespace {

constexpr std::size_t kMissing = static_cast<std::size_t>(-1);

// Rows of a table, each with the line that it begins on.
class RowReader {
 public:
  RowReader(ByteSource& source, const std::string& name, char separator)
      : source_(std::make_unique<Borrowed>(source)), name_(name), separator_(separator) {
    const std::string_view start = source_.Peek(3);
    RejectUtf16(start, name);
    char mark[3];
    if (ByteOrderMarkSize(start) > 0) source_.Read(mark, sizeof(mark));
  }

  // False at the end. Lines without a character are no rows.
  bool Next(std::vector<std::string>* fields) {
    do {
      if (!Read(fields)) return false;
    } while (fields->size() == 1 && fields->front().empty() && !quoted_row_);
    return true;
  }
  std::size_t line() const { return row_line_; }
  std::string where() const { return fmt::format("{}:{}", name_, row_line_); }

 private:
  struct Borrowed : ByteSource {
    explicit Borrowed(ByteSource& borrowed) : source(borrowed) {}
    std::size_t Read(char* to, std::size_t size) override { return source.Read(to, size); }
    ByteSource& source;
  };

  // -1 at the end.
  int Character() {
    if (position_ == size_) {
      size_ = source_.Read(block_.data(), block_.size());
      position_ = 0;
      if (size_ == 0) return -1;
    }
    return static_cast<unsigned char>(block_[position_]);
  }
  void Advance() {
    if (block_[position_++] == '\n') ++line_;
  }

  bool Read(std::vector<std::string>* fields) {
    fields->clear();
    row_line_ = line_;
    quoted_row_ = false;
    if (Character() < 0) return false;
    while (true) {
      std::string& field = fields->emplace_back();
      if (Character() == '"') {
        ReadQuoted(field);
      } else {
        ReadPlain(field);
      }
      const int end = Character();
      if (end >= 0) Advance();
      if (end != static_cast<unsigned char>(separator_)) return true;
    }
  }

  // Up to the separator, the line end (of which "\r" is read) or the end.
  void ReadPlain(std::string& field) {
    int character = Character();
    while (character >= 0 && character != static_cast<unsigned char>(separator_) && character != '\n') {
      field.push_back(static_cast<char>(character));
      Advance();
      character = Character();
    }
    if (character != static_cast<unsigned char>(separator_) && field.ends_with('\r')) field.pop_back();
  }

  void ReadQuoted(std::string& field) {
    const std::size_t opened = line_;
    quoted_row_ = true;
    Advance();
    while (true) {
      int character = Character();
      if (character < 0) {
        Fail(ErrorCode::kBadInput,
             "{}:{}: the quote that opens a field here is not closed before the file ends", name_, opened);
      }
      Advance();
      if (character == '"') {
        character = Character();
        if (character != '"') break;
        Advance();
      }
      field.push_back(static_cast<char>(character));
    }
    if (Character() == '\r') Advance();
    const int after = Character();
    if (after < 0 || after == '\n' || after == static_cast<unsigned char>(separator_)) return;
    Fail(ErrorCode::kBadInput,
         "{}:{}: text after the closing quote of a field (opened on line {}); a quote inside a quoted field "
         "is "
         "written twice",
         name_, line_, opened);
  }

  PeekedSource source_;
  const std::string& name_;
  char separator_;
  std::vector<char> block_ = std::vector<char>(1 << 16);
  std::size_t position_ = 0;
  std::size_t size_ = 0;
  std::size_t line_ = 1;
  std::size_t row_line_ = 1;
  bool quoted_row_ = false;
};

std::string Listed(const std::vector<std::string>& header) {
  constexpr std::size_t kMost = 12;
  std::string names;
  for (std::size_t i = 0; i < std::min(kMost, header.size()); ++i)
    names += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", header[i]);
  return header.size() > kMost ? names + ", ..." : names;
}

// Where a column stands; kMissing where it is absent and need not be there.
std::size_t FindColumn(const std::vector<std::string>& header, const std::string& name, const char* option,
                       bool required, const std::string& where) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) {
    if (!required) return kMissing;
    const bool semicolons = header.size() == 1 && header[0].find(';') != std::string::npos;
    Fail(ErrorCode::kBadInput, "{}: the header has no column \"{}\"; it has {} ({})", where, name,
         Listed(header),
         semicolons ? "columns are separated by commas in CSV, by tabs in TSV, not by semicolons"
                    : fmt::format("the option {}-field says which it is", option));
  }
  if (std::find(found + 1, header.end(), name) != header.end()) {
    Fail(ErrorCode::kBadInput, "{}: the header has two columns \"{}\"", where, name);
  }
  return static_cast<std::size_t>(found - header.begin());
}

}  // namespace

std::size_t ReadTable(ByteSource& source, const std::string& name, char separator, const FieldNames& fields,
                      const DocumentCallback& callback) {
  RowReader reader(source, name, separator);
  DocumentSink sink(callback, "on line", fields.IdName());
  std::vector<std::string> header;
  if (!reader.Next(&header)) return 0;
  for (const std::string& column : header) CheckText(column, reader.where(), "a column's name", false);
  const std::size_t text = FindColumn(header, fields.text, "text", true, reader.where());
  const std::size_t id = FindColumn(header, fields.IdName(), "id", !fields.id.empty(), reader.where());
  const std::size_t title =
      FindColumn(header, fields.TitleName(), "title", !fields.title.empty(), reader.where());
  std::vector<std::string> row;
  for (std::size_t number = 1; reader.Next(&row); ++number) {
    const std::string where = reader.where();
    if (row.size() != header.size()) {
      Fail(ErrorCode::kBadInput,
           "{}: {} fields, where the header has {}; a field that holds the separator, a quote or a line end "
           "must stand in double quotes",
           where, row.size(), header.size());
    }
    for (const std::size_t column : {text, id, title}) {
      if (column != kMissing) CheckText(row[column], where, fmt::format("\"{}\"", header[column]), false);
    }
    sink.Add(id == kMissing ? nullptr : &row[id], title == kMissing ? std::string() : row[title],
             std::move(row[text]), number, reader.line(), where);
  }
  return sink.count();
}

}  // namespace lengthwise
