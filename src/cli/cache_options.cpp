#include "cli/cache_options.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <CLI/CLI.hpp>

#include "lengthwise/error.h"
#include "usage/checks.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// Empty where it is not set, or names no place: the XDG base directory specification has paths that are not
// absolute ignored.
fs::path PlaceInEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  const fs::path place = value == nullptr ? "" : value;
  return place.is_absolute() ? place : fs::path();
}

fs::path DefaultFolder() {
  if (const fs::path caches = PlaceInEnvironment("XDG_CACHE_HOME"); !caches.empty())
    return caches / "lengthwise";
  if (const fs::path home = PlaceInEnvironment("HOME"); !home.empty()) return home / ".cache" / "lengthwise";
  return {};
}

fs::path FolderOf(const CacheOptions& options) {
  if (options.none) return {};
  return options.folder.empty() ? DefaultFolder() : fs::path(options.folder);
}

}  // namespace

void AddCacheOptions(CLI::App& command, CacheOptions& options) {
  CLI::Option* const folder =
      command
          .add_option("--cache", options.folder,
                      "Folder that keeps embeddings between runs (default: lengthwise in $XDG_CACHE_HOME or "
                      "~/.cache)")
          ->type_name("DIR");
  CLI::Option* const size =
      command
          .add_option("--cache-size", options.gigabytes,
                      "Largest size of it; embeddings that were used longest ago make room")
          ->type_name("GB")
          ->check(Number(0.001, 1e6))
          ->capture_default_str();
  command.add_flag("--no-cache", options.none, "Keep no embeddings")->excludes(folder)->excludes(size);
}

std::unique_ptr<VectorCache> OpenCache(const CacheOptions& options) {
  const fs::path folder = FolderOf(options);
  if (folder.empty()) return nullptr;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw Error(
        ErrorCode::kIo,
        fmt::format("cannot make the cache folder {}: {}; name another with --cache, or give --no-cache",
                    folder.string(), error.message()));
  }
  return std::make_unique<VectorCache>(folder / "vectors.sqlite",
                                       static_cast<std::uint64_t>(options.gigabytes * 1e9));
}

std::vector<std::string> CacheFiles(const CacheOptions& options) {
  const fs::path folder = FolderOf(options);
  if (folder.empty()) return {};
  const std::string database = (folder / "vectors.sqlite").string();
  // SQLite's log and its index beside it.
  return {database, database + "-wal", database + "-shm"};
}

std::string DescribeUse(const VectorCache& cache) {
  return fmt::format("cache: {} of {} embeddings found in {}", cache.counts().found, cache.counts().asked,
                     cache.file().string());
}

}  // namespace lengthwise
