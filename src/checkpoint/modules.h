// What modules.json says: where the transformer lies, how its token states are pooled, whether vectors are
// normalised.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lengthwise {

enum class Pooling { kMean, kCls, kMax, kLastToken };

// "mean", "cls", "max", "lasttoken": the names of sentence-transformers.
const char* PoolingName(Pooling pooling);

struct Modules {
  std::filesystem::path transformer;  // relative to the model folder; empty: the folder itself
  Pooling pooling = Pooling::kMean;
  bool normalize = false;
  std::vector<std::filesystem::path> files;  // the files that were read, relative to the model folder
};

// Reads <folder>/modules.json and the pooling configuration it names. Without modules.json: mean pooling, no
// normalising, as sentence-transformers does. Throws kIo, kBadCheckpoint, or kUnsupported, naming the module
// or mode.
Modules ReadModules(const std::filesystem::path& folder);

}  // namespace lengthwise
