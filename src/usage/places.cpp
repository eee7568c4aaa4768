#include "usage/places.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <system_error>

#include "base/fail.h"
#include "base/file.h"
#include "base/output_target.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// A bound on what is looked at in a folder that is no model's, though it was given for one.
constexpr std::size_t kMostEntries = 10000;

struct Output {
  const Place* place;
  fs::path path;  // canonical, as far as it exists
  std::optional<FileIdentity> identity;
  bool device = false;
};

// Of a file that could be lost. A device or a terminal may be read and written at once.
std::optional<FileIdentity> LosableIdentity(const fs::path& path) {
  std::error_code error;
  if (fs::is_character_file(path, error)) return std::nullopt;
  return IdentityOf(path);
}

fs::path Canonical(const fs::path& path) {
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(path.has_parent_path() ? path.parent_path() : ".", error);
  return error ? path : folder / path.filename();
}

Output OutputAt(const Place& place) {
  const OutputTarget target = FindOutputTarget(place.path);
  return {&place, Canonical(target.path), target.identity, target.device};
}

bool IsSameFile(const Output& output, const std::optional<FileIdentity>& identity) {
  return !output.device && output.identity && output.identity == identity;
}

[[noreturn]] void FailOnInput(const Output& output, const Place& input) {
  Fail(ErrorCode::kBadInput, "the {} {} is the {} {}, which would be lost; choose another place",
       output.place->option, output.place->path, input.option, input.path);
}

void CheckInput(const Output& output, const Place& input) {
  if (input.path == "-") {
    struct stat status {};
    if (::fstat(STDIN_FILENO, &status) == 0 && !S_ISCHR(status.st_mode) &&
        IsSameFile(output, IdentityOf(STDIN_FILENO)))
      FailOnInput(output, input);
    return;
  }
  if (IsSameFile(output, LosableIdentity(input.path))) FailOnInput(output, input);
  std::error_code error;
  if (!output.identity || !fs::is_directory(input.path, error)) return;
  fs::directory_iterator entry(input.path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".txt" && IsSameFile(output, LosableIdentity(entry->path())))
      FailOnInput(output, {input.option, entry->path().string()});
  }
}

bool LiesInside(fs::path path, const FileIdentity& folder) {
  while (path.has_relative_path()) {
    path = path.parent_path();
    if (IdentityOf(path) == folder) return true;
  }
  return false;
}

[[noreturn]] void FailInside(const Place& output, const Place& folder) {
  Fail(ErrorCode::kBadInput, "the {} {} lies inside the {} folder {}, which is read; choose another place",
       output.option, output.path, folder.option, folder.path);
}

// Also what links in the folder lead to: caches keep the files of models elsewhere.
void CheckFolder(const Output& output, const Place& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder.path, ignored)) return CheckInput(output, folder);
  const auto identity = IdentityOf(fs::path(folder.path));
  if (!identity) return;
  if (LiesInside(output.path, *identity)) FailInside(*output.place, folder);
  if (!output.identity) return;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder.path, fs::directory_options::follow_directory_symlink, error);
  for (std::size_t seen = 0; !error && entry != fs::recursive_directory_iterator() && seen < kMostEntries;
       entry.increment(error), ++seen) {
    if (IsSameFile(output, LosableIdentity(entry->path())))
      FailOnInput(output, {folder.option, entry->path().string()});
  }
}

void CheckTwo(const Output& one, const Output& other) {
  const bool same = one.identity || other.identity ? IsSameFile(one, other.identity) : one.path == other.path;
  if (!same) return;
  Fail(ErrorCode::kBadInput, "{} is both the {} and the {}; give each a name of its own", one.place->path,
       one.place->option, other.place->option);
}

void CheckStandardOutput(const Output& output) {
  if (!IsSameFile(output, IdentityOf(STDOUT_FILENO))) return;
  Fail(ErrorCode::kBadInput,
       "the {} {} is where standard output goes, to which --json prints a summary; choose another place",
       output.place->option, output.place->path);
}

}  // namespace

void CheckPlaces(const CommandPlaces& places) {
  std::vector<Output> outputs;
  for (const Place& place : places.outputs) {
    if (!place.path.empty()) outputs.push_back(OutputAt(place));
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (const Place& input : places.inputs) {
      if (!input.path.empty()) CheckInput(outputs[i], input);
    }
    for (const Place& folder : places.folders) {
      if (!folder.path.empty()) CheckFolder(outputs[i], folder);
    }
    for (std::size_t other = 0; other < i; ++other) CheckTwo(outputs[other], outputs[i]);
    if (places.prints) CheckStandardOutput(outputs[i]);
  }
  for (const Place& output : places.folder_outputs) {
    for (const Place& folder : places.folders) {
      const auto identity = IdentityOf(fs::path(folder.path));
      if (identity && LiesInside(Canonical(FollowLinks(output.path)), *identity)) FailInside(output, folder);
    }
  }
}

}  // namespace lengthwise
