#include "checkpoint/model_location.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "base/fail.h"
#include "base/file.h"
#include "base/nearest_name.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// Models that scripts/setup fetches.
struct FetchedModel {
  const char* name;
  const char* part;
};
constexpr std::array<FetchedModel, 2> kFetchedModels = {
    {{"all-MiniLM-L6-v2", "model"}, {"all-mpnet-base-v2", "mpnet"}}};
const fs::path kFetchedTo = fs::path(".cache") / "models";

// Deep enough for a cache of downloads: models--OWNER--NAME/snapshots/COMMIT.
constexpr int kDeepest = 3;
constexpr std::size_t kMostLookedAt = 2000;
constexpr std::size_t kMostNamed = 3;

bool IsModelFolder(const fs::path& folder) {
  return Exists(folder / "modules.json") ||
         (Exists(folder / "config.json") &&
          (Exists(folder / "tokenizer.json") || Exists(folder / "model.safetensors")));
}

// "0_Transformer", "1_Pooling": a part of a model.
bool IsModuleName(const std::string& name) {
  const auto digits =
      std::find_if_not(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); });
  return digits != name.begin() && digits != name.end() && *digits == '_';
}

std::vector<std::string> ModelFoldersIn(const fs::path& folder) {
  std::vector<std::string> found;
  std::size_t looked_at = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator() && looked_at < kMostLookedAt;
       entry.increment(error)) {
    ++looked_at;
    std::error_code ignored;
    if (!entry->is_directory(ignored)) continue;
    const bool model = IsModelFolder(entry->path()) && !IsModuleName(entry->path().filename().string());
    if (model) found.push_back(entry->path().string());
    if (model || entry.depth() + 1 >= kDeepest) entry.disable_recursion_pending();
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string FoldersBeside(const fs::path& folder) {
  const fs::path parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  const std::string nearest = NearestName(folder.filename().string(), names);
  return nearest.empty() ? "" : (folder.parent_path() / nearest).string();
}

// What to do about a folder that is not there.
std::string Advice(const fs::path& given) {
  // Without a slash at its end.
  const fs::path folder = given.has_filename() ? given : given.parent_path();
  const std::string name = folder.filename().string();
  if (Exists(kFetchedTo / name)) return fmt::format("; did you mean {}?", (kFetchedTo / name).string());
  for (const FetchedModel& model : kFetchedModels) {
    if (name == model.name) {
      return fmt::format(
          "; a model is given by its folder: scripts/setup {} fetches {} into {} of Lengthwise's repository",
          model.part, name, (kFetchedTo / name).string());
    }
  }
  const std::string beside = FoldersBeside(folder);
  if (!beside.empty()) return fmt::format("; did you mean {}?", beside);
  // NAME or OWNER/NAME, as models are published.
  const auto parts = std::distance(folder.begin(), folder.end());
  if (folder.is_absolute() || parts > 2 || folder.begin()->string().starts_with('.')) return "";
  return fmt::format(
      "; if {} is the name of a model: download its folder from where it is published, with config.json, "
      "modules.json, model.safetensors, tokenizer.json and the folders beside them, and give the path to it",
      folder.string());
}

}  // namespace

void CheckModelFolder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) {
    std::error_code ignored;
    const fs::path target = fs::read_symlink(folder, ignored);
    if (!target.empty()) {
      Fail(ErrorCode::kIo, "cannot open model folder {}: a link to {}, which is not there", folder.string(),
           target.string());
    }
    if (status.type() == fs::file_type::none)
      Fail(ErrorCode::kIo, "cannot open model folder {}: {}", folder.string(), error.message());
    Fail(ErrorCode::kIo, "cannot open model folder {}: No such file or directory{}", folder.string(),
         Advice(folder));
  }
  if (!fs::is_directory(status)) {
    const fs::path parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
    Fail(ErrorCode::kIo,
         "{} is not a folder; a model is the folder that holds config.json, model.safetensors and "
         "tokenizer.json, or a file NAME.gguf{}",
         folder.string(), IsModelFolder(parent) ? fmt::format("; did you mean {}?", parent.string()) : "");
  }
  if (Exists(folder / "modules.json") || Exists(folder / "tokenizer.json")) return;
  const fs::path above = (folder / "..").lexically_normal();
  if (Exists(above / "modules.json")) {
    Fail(ErrorCode::kIo, "{} is a part of a model; did you mean the whole of it, {}?", folder.string(),
         above.string());
  }
  if (Exists(folder / "config.json")) return;
  std::vector<std::string> beneath = ModelFoldersIn(folder);
  if (beneath.empty()) return;
  const std::size_t more = beneath.size() - std::min(beneath.size(), kMostNamed);
  beneath.resize(beneath.size() - more);
  Fail(ErrorCode::kIo, "{} holds no model itself; did you mean {}{}?", folder.string(),
       fmt::join(beneath, " or "), more > 0 ? fmt::format(" or one of {} more", more) : "");
}

}  // namespace lengthwise
