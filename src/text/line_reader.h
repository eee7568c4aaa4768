// Lines of a stream, however long, with their places.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "text/byte_source.h"

namespace lengthwise {

// Splits at "\n" and at "\r\n"; the last line needs no end. A UTF-8 byte order mark at the start is skipped.
class LineReader {
 public:
  // Borrows `source`; `name` names it in messages. `allow_nul`: a NUL byte is a character like others, and
  // not the sign of a file that is no text.
  LineReader(ByteSource& source, std::string name, bool allow_nul = false)
      : source_(source), name_(std::move(name)), allow_nul_(allow_nul) {}

  // False at the end of the stream. `*line`, without its end, stays valid until the next call. Throws kIo if
  // the stream cannot be read, kBadInput if the line is not valid UTF-8 or holds a NUL byte.
  bool Next(std::string_view* line);

  // Of the line that Next gave: its number from 1.
  std::size_t number() const { return number_; }
  // "NAME:LINE", for messages.
  std::string where() const;

 private:
  bool Fill();
  void Check(std::string_view line) const;

  ByteSource& source_;
  std::string name_;
  bool allow_nul_;
  std::string block_;  // bytes read and not yet given out, from begin_ on
  std::size_t begin_ = 0;
  std::size_t line_offset_ = 0;  // of the line, in the stream
  std::size_t next_offset_ = 0;
  std::size_t number_ = 0;
  bool ended_ = false;
};

// Throws kBadInput where `bytes`, the beginning of what `where` names, start like UTF-16.
void RejectUtf16(std::string_view bytes, const std::string& where);

// Throws kBadInput, with what to do, where `text` is not valid UTF-8 or, unless allowed, holds a NUL byte:
// "WHERE: not valid UTF-8 at byte N of UNIT", and the same byte of the file if `offset`, where the text
// stands in it, is given.
void CheckText(std::string_view text, const std::string& where, std::string_view unit, bool allow_nul,
               std::size_t offset = std::string_view::npos);

// The size of the UTF-8 byte order mark that `bytes` begin with, or 0.
std::size_t ByteOrderMarkSize(std::string_view bytes);

}  // namespace lengthwise
