// Lines of a stream, however long, with their places.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace lengthwise {

// Splits at "\n" and at "\r\n"; the last line needs no end. A UTF-8 byte order mark at the start is skipped.
class LineReader {
 public:
  // Borrows `stream`; `name` names it in messages.
  LineReader(std::FILE* stream, std::string name) : stream_(stream), name_(std::move(name)) {}

  // False at the end of the stream. `*line`, without its end, stays valid until the next call. Throws kIo if
  // the stream cannot be read, kBadInput if the line is not valid UTF-8.
  bool Next(std::string_view* line);

  // Of the line that Next gave: its number from 1.
  std::size_t number() const { return number_; }
  // "NAME:LINE", for messages.
  std::string where() const;

 private:
  bool Fill();
  void Check(std::string_view line) const;

  std::FILE* stream_;
  std::string name_;
  std::string block_;  // bytes read and not yet given out, from begin_ on
  std::size_t begin_ = 0;
  std::size_t line_offset_ = 0;  // of the line, in the stream
  std::size_t next_offset_ = 0;
  std::size_t number_ = 0;
  bool ended_ = false;
};

// Throws kBadInput where `bytes`, the beginning of what `where` names, start like UTF-16.
void RejectUtf16(std::string_view bytes, const std::string& where);

// The size of the UTF-8 byte order mark that `bytes` begin with, or 0.
std::size_t ByteOrderMarkSize(std::string_view bytes);

}  // namespace lengthwise
