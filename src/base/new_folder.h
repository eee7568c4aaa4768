// Folders that appear under their name only when complete.
#pragma once

#include <filesystem>
#include <memory>

#include "base/partial.h"

namespace lengthwise {

// Makes a folder whose parent exists; it may exist already. Throws kIo.
void MakeFolder(const std::filesystem::path& path);

// A folder that is filled beside `output`, links followed, and takes its name with Commit; without it, it is
// removed.
class NewFolder {
 public:
  // Throws kBadInput if `output` exists and is not an empty folder, or lies inside `source`, which is to be
  // copied (empty: nothing is); kIo.
  explicit NewFolder(const std::filesystem::path& output, const std::filesystem::path& source = {});
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  const std::filesystem::path& path() const { return partial_->path(); }
  void Commit();

 private:
  std::unique_ptr<Partial> partial_;
};

}  // namespace lengthwise
