// Folders that appear under their name only when complete, and copies of model folders.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lengthwise {

// Makes a folder whose parent exists; it may exist already. Throws kIo.
void MakeFolder(const std::filesystem::path& path);

// A folder that is filled beside `output` and takes its name with Commit; without it, it is removed.
class NewFolder {
 public:
  // Throws kBadInput if `output` exists and is not an empty folder, or lies inside `source`, which is to be
  // copied; kIo.
  NewFolder(const std::filesystem::path& output, const std::filesystem::path& source);
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

// Copies every file of a model folder, links as what they point to, except `rewritten` (relative to it),
// folders whose names begin with a dot, and weights in other formats than safetensors. Returns those weights,
// sorted. Throws kIo.
std::vector<std::string> CopyModelFolder(const std::filesystem::path& from,
                                         std::span<const std::filesystem::path> rewritten,
                                         const std::filesystem::path& to);

}  // namespace lengthwise
