#include "text/byte_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/fail.h"

namespace lengthwise {

FileSource::FileSource(const std::string& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), name_(path), owned_(true) {
  if (descriptor_ < 0) Fail(ErrorCode::kIo, "cannot open {}: {}", path, std::strerror(errno));
}

FileSource::~FileSource() {
  if (owned_) ::close(descriptor_);
}

std::size_t FileSource::Read(char* to, std::size_t size) {
  ssize_t count = 0;
  do {
    count = ::read(descriptor_, to, size);
  } while (count < 0 && errno == EINTR);
  if (count < 0) Fail(ErrorCode::kIo, "cannot read {}: {}", name_, std::strerror(errno));
  return static_cast<std::size_t>(count);
}

std::size_t MemorySource::Read(char* to, std::size_t size) {
  const std::size_t count = std::min(size, bytes_.size());
  std::copy_n(bytes_.data(), count, to);
  bytes_.remove_prefix(count);
  return count;
}

std::string_view PeekedSource::Peek(std::size_t size) {
  constexpr std::size_t kBlock = 1 << 16;
  while (ahead_.size() - begin_ < size) {
    const std::size_t before = ahead_.size();
    ahead_.resize(before + kBlock);
    const std::size_t count = source_->Read(ahead_.data() + before, kBlock);
    ahead_.resize(before + count);
    if (count == 0) break;
  }
  return std::string_view(ahead_).substr(begin_);
}

std::size_t PeekedSource::Read(char* to, std::size_t size) {
  if (begin_ == ahead_.size()) return source_->Read(to, size);
  const std::size_t count = std::min(size, ahead_.size() - begin_);
  std::copy_n(ahead_.data() + begin_, count, to);
  begin_ += count;
  if (begin_ == ahead_.size()) {
    ahead_ = {};
    begin_ = 0;
  }
  return count;
}

}  // namespace lengthwise
