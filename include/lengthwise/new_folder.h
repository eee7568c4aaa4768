// Folders that appear under their name only when complete.
#pragma once

#include <filesystem>
#include <memory>

namespace lengthwise {

class Partial;

// A folder that is filled beside `output`, links followed, and takes its name with Commit; without it, it is
// removed.
class NewFolder {
 public:
  // Throws kBadInput if `output` exists and is not an empty folder, or lies inside `source`, which is to be
  // copied (empty: nothing is); kIo.
  explicit NewFolder(const std::filesystem::path& output, const std::filesystem::path& source = {});
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  // Where it is filled.
  const std::filesystem::path& path() const;
  // Throws kIo.
  void Commit();

 private:
  std::unique_ptr<Partial> partial_;
};

// A folder that may be there already, and is removed again if it was not, unless it is kept or holds
// something.
class ParentFolder {
 public:
  // Its own parent exists. Throws kIo.
  explicit ParentFolder(const std::filesystem::path& path);
  ~ParentFolder();
  ParentFolder(const ParentFolder&) = delete;
  ParentFolder& operator=(const ParentFolder&) = delete;

  void Keep();

 private:
  std::filesystem::path path_;
  bool made_ = false;
};

}  // namespace lengthwise
