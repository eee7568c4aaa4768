// The options of commands that keep embeddings between runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lengthwise/cache.h"

namespace CLI {
class App;
}

namespace lengthwise {

struct CacheOptions {
  std::string folder;  // empty: the default one
  double gigabytes = static_cast<double>(kDefaultCacheBytes) / 1e9;
  bool none = false;
};

void AddCacheOptions(CLI::App& command, CacheOptions& options);

// vectors.sqlite in the folder, both made if missing; the default folder is lengthwise in $XDG_CACHE_HOME, or
// in ~/.cache. Null where there is to be no cache, and where the environment names neither place. Throws kIo
// or kBadInput.
std::unique_ptr<VectorCache> OpenCache(const CacheOptions& options);

// The files that OpenCache will use, which are there or not; none where there is to be no cache.
std::vector<std::string> CacheFiles(const CacheOptions& options);

// "cache: 120 of 340 embeddings found in FILE".
std::string DescribeUse(const VectorCache& cache);

}  // namespace lengthwise
