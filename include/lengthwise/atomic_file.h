// Files that appear under their name only when complete.
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

namespace lengthwise {

class Partial;

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
  friend void CommitTogether(std::span<AtomicFile* const> files);
  // The two halves of Commit: all that a full disk can refuse, and the name.
  void Finish();
  void Publish();

  std::filesystem::path path_;
  std::unique_ptr<Partial> partial_;
  std::FILE* file_ = nullptr;
};

// Commits files that belong together, in this order; null ones are left out. None has its name before all of
// them are whole on the disk.
void CommitTogether(std::span<AtomicFile* const> files);
void CommitTogether(std::initializer_list<AtomicFile*> files);

// AtomicFile in one call.
void WriteFile(const std::filesystem::path& path, std::string_view bytes);

}  // namespace lengthwise
