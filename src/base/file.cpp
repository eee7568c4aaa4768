#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/fail.h"
#include "base/output_target.h"

namespace lengthwise {
namespace {

[[noreturn]] void FailIo(const char* action, const std::filesystem::path& path) {
  Fail(ErrorCode::kIo, "cannot {} {}: {}", action, path.string(), std::strerror(errno));
}

// An open descriptor and the size of the regular file behind it.
struct OpenedFile {
  int descriptor = -1;
  std::size_t size = 0;
};

OpenedFile OpenForReading(const std::filesystem::path& path) {
  OpenedFile opened;
  opened.descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened.descriptor < 0) FailIo("open", path);
  struct stat status {};
  if (::fstat(opened.descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
    const int reason = S_ISDIR(status.st_mode) ? EISDIR : errno;
    ::close(opened.descriptor);
    errno = reason;
    FailIo("read", path);
  }
  opened.size = static_cast<std::size_t>(status.st_size);
  return opened;
}

}  // namespace

bool Exists(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

std::string ReadFile(const std::filesystem::path& path) {
  const OpenedFile opened = OpenForReading(path);
  std::string bytes;
  bytes.reserve(opened.size);
  char block[1 << 16];
  while (true) {
    const ssize_t count = ::read(opened.descriptor, block, sizeof(block));
    if (count < 0) {
      const int reason = errno;
      ::close(opened.descriptor);
      errno = reason;
      FailIo("read", path);
    }
    if (count == 0) break;
    bytes.append(block, static_cast<std::size_t>(count));
  }
  ::close(opened.descriptor);
  return bytes;
}

MappedFile::MappedFile(const std::filesystem::path& path) : path_(path) {
  const OpenedFile opened = OpenForReading(path);
  size_ = opened.size;
  if (size_ > 0) {
    void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, opened.descriptor, 0);
    const int reason = errno;
    ::close(opened.descriptor);
    errno = reason;
    if (address == MAP_FAILED) FailIo("map", path);
    data_ = static_cast<const std::byte*>(address);
  } else {
    ::close(opened.descriptor);
  }
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

void MappedFile::Release(std::span<const std::byte> part) const {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(part.data()) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(part.data() + part.size()) / page * page;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

void FailWrite(const std::filesystem::path& path) {
  if (errno == ENOSPC || errno == EDQUOT) {
    Fail(ErrorCode::kIo, "cannot write {}: the disk is full ({}); make room, or choose another place",
         path.string(), std::strerror(errno));
  }
  FailIo("write", path);
}

AtomicFile::AtomicFile(const std::filesystem::path& path) : path_(path) {
  const OutputTarget target = FindOutputTarget(path);
  int descriptor = -1;
  if (target.kind == OutputTarget::Kind::kFile) {
    partial_ = std::make_unique<Partial>(target.path, Partial::Kind::kFile);
    descriptor = ::fcntl(partial_->descriptor(), F_DUPFD_CLOEXEC, 0);
    struct stat replaced {};
    // Whom its owner lets read and write it stays as it was.
    if (target.identity && ::stat(target.path.c_str(), &replaced) == 0)
      ::fchmod(partial_->descriptor(), replaced.st_mode & 0777);
  } else if (target.kind == OutputTarget::Kind::kNode) {
    descriptor = ::open(target.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
  } else {
    descriptor = ::fcntl(target.descriptor, F_DUPFD_CLOEXEC, 0);
  }
  if (descriptor < 0) FailWrite(path_);
  file_ = ::fdopen(descriptor, "wb");
  if (file_ == nullptr) {
    ::close(descriptor);
    FailWrite(path_);
  }
}

AtomicFile::~AtomicFile() {
  if (file_ != nullptr) std::fclose(file_);
}

void AtomicFile::Write(std::string_view bytes) {
  if (bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) FailWrite(path_);
}

void AtomicFile::WriteAt(std::size_t offset, std::string_view bytes) {
  const long end = std::ftell(file_);
  if (end < 0 || std::fseek(file_, static_cast<long>(offset), SEEK_SET) != 0) FailWrite(path_);
  Write(bytes);
  if (std::fseek(file_, end, SEEK_SET) != 0) FailWrite(path_);
}

void AtomicFile::Finish() {
  if (std::fflush(file_) != 0) FailWrite(path_);
  if (partial_ != nullptr && ::fsync(::fileno(file_)) != 0) FailWrite(path_);
  std::FILE* file = std::exchange(file_, nullptr);
  if (std::fclose(file) != 0) FailWrite(path_);
}

void AtomicFile::Publish() {
  if (partial_ != nullptr) partial_->Publish();
}

void AtomicFile::Commit() {
  Finish();
  Publish();
}

void CommitTogether(std::span<AtomicFile* const> files) {
  for (AtomicFile* const file : files) {
    if (file != nullptr) file->Finish();
  }
  for (AtomicFile* const file : files) {
    if (file != nullptr) file->Publish();
  }
}

void CommitTogether(std::initializer_list<AtomicFile*> files) {
  CommitTogether(std::span<AtomicFile* const>(files.begin(), files.size()));
}

void WriteFile(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.Write(bytes);
  file.Commit();
}

void CopyFile(const std::filesystem::path& from, const std::filesystem::path& to) {
  const MappedFile source(from);
  AtomicFile copy(to);
  copy.Write({reinterpret_cast<const char*>(source.bytes().data()), source.bytes().size()});
  copy.Commit();
  std::error_code ignored;
  std::filesystem::permissions(to, std::filesystem::status(from, ignored).permissions(), ignored);
}

}  // namespace lengthwise
