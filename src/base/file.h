// Files: whole reads, read-only maps, and writes that appear under their name only when complete.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/partial.h"
#include "lengthwise/atomic_file.h"

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

// Throws kIo, naming the one of the two that could not be read or written.
void CopyFile(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace lengthwise
