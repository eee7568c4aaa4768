#include "text/line_reader.h"

#include "base/fail.h"
#include "text/utf8.h"

namespace lengthwise {

std::size_t ByteOrderMarkSize(std::string_view bytes) {
  return bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

void RejectUtf16(std::string_view bytes, const std::string& where) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    Fail(ErrorCode::kBadInput, "{}: UTF-16, not UTF-8; convert it with iconv -f UTF-16 -t UTF-8", where);
  }
}

void CheckText(std::string_view text, const std::string& where, std::string_view unit, bool allow_nul,
               std::size_t offset) {
  const auto place = [&](std::size_t position) {
    const std::string in_file =
        offset == std::string_view::npos ? "" : fmt::format(" (byte {} of the file)", offset + position + 1);
    return fmt::format("byte {} of {}{}", position + 1, unit, in_file);
  };
  // A NUL byte tells more: binary files hold both.
  const std::size_t nul = allow_nul ? std::string_view::npos : text.find('\0');
  if (nul != std::string_view::npos) {
    Fail(
        ErrorCode::kBadInput,
        "{}: not text: a NUL byte at {}; a binary file must be turned into text first, UTF-16 without a byte "
        "order mark converted with iconv -f UTF-16LE -t UTF-8",
        where, place(nul));
  }
  const std::size_t invalid = FindInvalidUtf8(text);
  if (invalid == text.size()) return;
  Fail(ErrorCode::kBadInput,
       "{}: not valid UTF-8 at {}; convert text of another encoding with iconv -f WINDOWS-1252 -t UTF-8 (or "
       "the encoding that it has); a binary file is not read",
       where, place(invalid));
}

std::string LineReader::where() const {
  return fmt::format("{}:{}", name_, number_);
}

bool LineReader::Fill() {
  constexpr std::size_t kBlock = 1 << 16;
  block_.erase(0, begin_);
  begin_ = 0;
  const std::size_t size = block_.size();
  block_.resize(size + kBlock);
  const std::size_t count = source_.Read(block_.data() + size, kBlock);
  block_.resize(size + count);
  ended_ = count == 0;
  return !ended_;
}

bool LineReader::Next(std::string_view* line) {
  if (number_ == 0) {
    while (block_.size() < 3 && Fill()) {
    }
    RejectUtf16(block_, name_);
    begin_ = ByteOrderMarkSize(block_);
    next_offset_ = begin_;
  }
  std::size_t searched = begin_;
  std::size_t end = block_.find('\n', searched);
  while (end == std::string::npos && !ended_) {
    searched = block_.size() - begin_;
    Fill();
    end = block_.find('\n', searched);
  }
  if (end == std::string::npos && begin_ == block_.size()) return false;
  ++number_;
  line_offset_ = next_offset_;
  const std::size_t after = end == std::string::npos ? block_.size() : end + 1;
  std::size_t size = (end == std::string::npos ? after : end) - begin_;
  if (size > 0 && block_[begin_ + size - 1] == '\r') --size;
  *line = std::string_view(block_).substr(begin_, size);
  next_offset_ += after - begin_;
  begin_ = after;
  Check(*line);
  return true;
}

void LineReader::Check(std::string_view line) const {
  if ((allow_nul_ || line.find('\0') == std::string_view::npos) && FindInvalidUtf8(line) == line.size())
    return;
  CheckText(line, where(), "the line", allow_nul_, line_offset_);
}

}  // namespace lengthwise
