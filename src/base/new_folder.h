// Folders that appear under their name only when complete.
#pragma once

#include <filesystem>

namespace lengthwise {

// Makes a folder whose parent exists; it may exist already. Throws kIo.
void MakeFolder(const std::filesystem::path& path);

// A folder that is filled beside `output` and takes its name with Commit; without it, it is removed.
class NewFolder {
 public:
  // Throws kBadInput if `output` exists and is not an empty folder, or lies inside `source`, which is to be
  // copied (empty: nothing is); kIo.
  explicit NewFolder(const std::filesystem::path& output, const std::filesystem::path& source = {});
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  const std::filesystem::path& path() const { return temporary_; }
  void Commit();

 private:
  std::filesystem::path output_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

}  // namespace lengthwise
