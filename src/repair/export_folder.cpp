#include "repair/export_folder.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "base/fail.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// Weights of other runtimes. They would serve the model without its repair under the repaired name.
constexpr std::array<std::string_view, 15> kOtherWeights = {
    ".bin",  ".pt",   ".pth",     ".h5",        ".ot",  ".msgpack", ".onnx", ".onnx_data",
    ".gguf", ".ggml", ".mlmodel", ".mlpackage", ".pkl", ".tflite",  ".ckpt"};
constexpr std::array<std::string_view, 3> kOtherRuntimes = {"onnx", "openvino", "coreml"};

template <typename List>
bool Contains(const List& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

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
  if (LiesInside(fs::weakly_canonical(output_, error), fs::weakly_canonical(WithName(source), error))) {
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

std::vector<std::string> CopyModelFolder(const fs::path& from, std::span<const fs::path> rewritten,
                                         const fs::path& to) {
  std::vector<std::string> left_out;
  std::error_code error;
  fs::recursive_directory_iterator entry(from, fs::directory_options::follow_directory_symlink, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    const fs::path relative = path.lexically_relative(from);
    const std::string name = path.filename().string();
    if (entry->is_directory(error)) {
      if (name.starts_with('.')) {
        entry.disable_recursion_pending();
      } else if (Contains(kOtherRuntimes, name)) {
        entry.disable_recursion_pending();
        left_out.push_back(relative.generic_string() + "/");
      } else {
        MakeFolder(to / relative);
      }
      continue;
    }
    if (std::find(rewritten.begin(), rewritten.end(), relative) != rewritten.end()) {
      // The folder that will hold it was made above.
      continue;
    }
    if (Contains(kOtherWeights, path.extension().string())) {
      left_out.push_back(relative.generic_string());
      continue;
    }
    fs::copy_file(path, to / relative, error);
    if (error) FailIo("copy", path, error);
  }
  if (error) FailIo("copy", from, error);
  std::sort(left_out.begin(), left_out.end());
  return left_out;
}

}  // namespace lengthwise
