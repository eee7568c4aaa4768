// Files: whole reads, read-only maps, and writes that appear under their name only when complete.
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

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

// Writes to a temporary file beside `path`; Commit flushes it to disk and renames it. Without Commit the
// temporary is removed and whatever stood under `path` stays.
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
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::FILE* file_ = nullptr;
};

// AtomicFile in one call.
void WriteFile(const std::filesystem::path& path, std::string_view bytes);

}  // namespace lengthwise
