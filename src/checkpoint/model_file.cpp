#include "checkpoint/model_file.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/fail.h"
#include "base/nearest_name.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// What a file begins with that git keeps in place of a large one (git-lfs's docs/spec.md).
constexpr std::string_view kLfsPointer = "version https://git-lfs.github.com/spec/";

// Names that model folders hold beside each other: none of them is another one mistyped.
constexpr std::array<std::string_view, 19> kKnownNames = {
    "added_tokens.json",
    "config.json",
    "config_sentence_transformers.json",
    "data_config.json",
    "generation_config.json",
    "model.safetensors",
    "model.safetensors.index.json",
    "modules.json",
    "sentence_albert_config.json",
    "sentence_bert_config.json",
    "sentence_camembert_config.json",
    "sentence_distilbert_config.json",
    "sentence_roberta_config.json",
    "sentence_xlm-roberta_config.json",
    "sentence_xlnet_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
};

// Of an optional file; what is farther may well be another file that the folder holds.
constexpr std::size_t kSlip = 2;

bool Known(const std::string& name) {
  return std::find(kKnownNames.begin(), kKnownNames.end(), name) != kKnownNames.end();
}

// The file beside `path` that may be meant by it, as DidYouMean says it; empty: none.
std::string Meant(const fs::path& path, std::size_t farthest) {
  const std::string wanted = path.filename().string();
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path.parent_path(), error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (!Known(name) && entry->is_regular_file(ignored) && EditDistance(wanted, name) <= farthest)
      names.push_back(std::move(name));
  }
  // Folders list their files in any order.
  std::sort(names.begin(), names.end());
  return DidYouMean(wanted, names);
}

void RefusePointer(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string begin(kLfsPointer.size(), '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  if (file.gcount() != static_cast<std::streamsize>(begin.size()) || begin != kLfsPointer) return;
  Fail(ErrorCode::kBadCheckpoint,
       "{}: a Git LFS pointer, which stands for the file itself; fetch the file with: git -C '{}' lfs pull",
       path.string(), path.parent_path().string());
}

// Whether something stands there; throws for what cannot be read as a file.
bool Stands(const fs::path& path) {
  std::error_code error;
  const fs::file_status link = fs::symlink_status(path, error);
  if (link.type() == fs::file_type::not_found) return false;
  const fs::file_status status = link.type() == fs::file_type::none ? link : fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    std::error_code ignored;
    Fail(ErrorCode::kIo, "{}: a link to {}, which is not there; mend the link, or put the file in its place",
         path.string(), fs::read_symlink(path, ignored).string());
  }
  if (status.type() == fs::file_type::none)
    Fail(ErrorCode::kIo, "cannot open {}: {}", path.string(), error.message());
  if (status.type() == fs::file_type::directory)
    Fail(ErrorCode::kIo, "cannot read {}: Is a directory", path.string());
  // A pipe would be waited for without end.
  if (status.type() != fs::file_type::regular)
    Fail(ErrorCode::kIo, "{} is not a regular file", path.string());
  RefusePointer(path);
  return true;
}

}  // namespace

bool HasModelFile(const fs::path& path) {
  if (Stands(path)) return true;
  // Without the file something would be assumed in its place, though its contents are here.
  const std::string meant = Meant(path, kSlip);
  if (!meant.empty()) {
    Fail(ErrorCode::kIo, "cannot open {}: No such file or directory{} (then rename it)", path.string(),
         meant);
  }
  return false;
}

void RequireModelFile(const fs::path& path, const std::string& advice) {
  if (Stands(path)) return;
  const std::string meant = Meant(path, path.filename().string().size());
  Fail(ErrorCode::kIo, "cannot open {}: No such file or directory{}", path.string(),
       meant.empty() ? advice : meant + " (then rename it)");
}

}  // namespace lengthwise
