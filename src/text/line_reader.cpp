#include "text/line_reader.h"

#include <cerrno>
#include <cstring>

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

std::string LineReader::where() const {
  return fmt::format("{}:{}", name_, number_);
}

bool LineReader::Fill() {
  constexpr std::size_t kBlock = 1 << 16;
  block_.erase(0, begin_);
  begin_ = 0;
  const std::size_t size = block_.size();
  block_.resize(size + kBlock);
  const std::size_t count = std::fread(block_.data() + size, 1, kBlock, stream_);
  block_.resize(size + count);
  if (count < kBlock && std::ferror(stream_) != 0) {
    Fail(ErrorCode::kIo, "cannot read {}: {}", name_, std::strerror(errno));
  }
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
  const std::size_t invalid = FindInvalidUtf8(line);
  if (invalid == line.size()) return;
  Fail(ErrorCode::kBadInput, "{}: not valid UTF-8 at byte {} of the line (byte {} of the file)", where(),
       invalid + 1, line_offset_ + invalid + 1);
}

}  // namespace lengthwise
