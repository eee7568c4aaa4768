#include "repair/export_folder.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "base/fail.h"
#include "base/file.h"

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

}  // namespace

void MakeFolder(const fs::path& path) {
  std::error_code error;
  fs::create_directory(path, error);
  if (error) FailIo("make the folder", path, error);
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
    if (!entry->is_regular_file(error)) {
      if (!error) error = std::make_error_code(std::errc::invalid_argument);
      FailIo("copy", path, error);
    }
    CopyFile(path, to / relative);
  }
  if (error) FailIo("copy", from, error);
  std::sort(left_out.begin(), left_out.end());
  return left_out;
}

}  // namespace lengthwise
