#include "base/new_folder.h"

#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "base/fail.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void FailIo(const char* action, const fs::path& path, const std::error_code& error) {
  Fail(ErrorCode::kIo, "cannot {} {}: {}", action, path.string(), error.message());
}

bool LiesInside(const fs::path& inner, const fs::path& outer) {
  const auto [end, ignored] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return end == outer.end();
}

// Removes a trailing separator, after which the name of a folder would be empty.
fs::path WithName(fs::path path) {
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

void MakeFolder(const fs::path& path) {
  std::error_code error;
  fs::create_directory(path, error);
  if (error) FailIo("make the folder", path, error);
}

NewFolder::NewFolder(const fs::path& output, const fs::path& source)
    : output_(WithName(output)), temporary_(output_) {
  temporary_ += fmt::format(".partial-{}", ::getpid());
  std::error_code error;
  if (fs::exists(output_, error) && !(fs::is_directory(output_, error) && fs::is_empty(output_, error))) {
    Fail(ErrorCode::kBadInput, "{} exists and is not an empty folder; choose another name", output_.string());
  }
  if (!source.empty() &&
      LiesInside(fs::weakly_canonical(output_, error), fs::weakly_canonical(WithName(source), error))) {
    Fail(ErrorCode::kBadInput, "{} lies inside the folder that is to be copied, {}; choose another place",
         output_.string(), source.string());
  }
  // Left over by a process of this number that was killed.
  fs::remove_all(temporary_, error);
  MakeFolder(temporary_);
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
}

void NewFolder::Commit() {
  std::error_code error;
  fs::rename(temporary_, output_, error);
  if (error) FailIo("write", output_, error);
  committed_ = true;
}

}  // namespace lengthwise
