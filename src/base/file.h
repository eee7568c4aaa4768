// Files: whole reads, read-only maps, and writes that appear under their name only when complete.
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/partial.h"

namespace lengthwise {

// False also where the system does not tell.
bool Exists(const std::filesystem::path& path);

// Throws kIo, naming the path and the system's reason.
std::string ReadFile(const std::filesystem::path& path);

// A file mapped for reading. Move-only; unmaps when destroyed.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::filesystem::path& path() const { return path_; }

  // Tells the system that the pages of this part are not needed soon; they are read again on the next access.
  void Release(std::span<const std::byte> part) const;

 private:
  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// Throws kIo for a write that the system has refused, by errno.
[[noreturn]] void FailWrite(const std::filesystem::path& path);

// Writes to a temporary file beside what `path` names, links followed; Commit flushes it to disk and renames
// it. Without Commit the temporary is removed and whatever stood there stays. A device, a named pipe and
// /dev/stdout are never replaced: there bytes go as they come.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Throw kIo when the disk is full or the file cannot be written.
  void Write(std::string_view bytes);
  void WriteAt(std::size_t offset, std::string_view bytes);
  void Commit();

 private:
  friend void CommitTogether(std::initializer_list<AtomicFile*> files);
  // The two halves of Commit: all that a full disk can refuse, and the name.
  void Finish();
  void Publish();

  std::filesystem::path path_;
  std::unique_ptr<Partial> partial_;
  std::FILE* file_ = nullptr;
};

// Commits files that belong together, in this order; null ones are left out. None has its name before all of
// them are whole on the disk.
void CommitTogether(std::initializer_list<AtomicFile*> files);

// AtomicFile in one call.
void WriteFile(const std::filesystem::path& path, std::string_view bytes);

// Throws kIo, naming the one of the two that could not be read or written.
void CopyFile(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace lengthwise
