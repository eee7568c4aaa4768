// What modules.json says: where the transformer lies, how its token states are pooled, what is done to the
// pooled vectors.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "checkpoint/vector_modules.h"

namespace lengthwise {

// In the order in which sentence-transformers puts the vectors of several one after the other.
enum class Pooling { kCls, kMax, kMean, kMeanSqrtLength, kWeightedMean, kLastToken };

// "cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken": the names of
// sentence-transformers.
const char* PoolingName(Pooling pooling);
// Of several: "cls+mean".
std::string PoolingNames(const std::vector<Pooling>& poolings);
// Whether all tokens count, not the state of one alone.
bool PoolsAllTokens(Pooling pooling);

struct Modules {
  // Of the transformer or the static embedding, relative to the model folder; empty: the folder itself.
  std::filesystem::path transformer;
  bool static_embedding = false;  // StaticEmbedding stands in place of Transformer and Pooling
  std::vector<Pooling> pooling = {Pooling::kMean};
  std::vector<VectorModule> vector_modules;  // applied to the pooled vector, in this order
  bool normalize = false;                    // whether the last of them normalises
  bool include_prompt = true;                // whether a prompt's tokens are pooled too
  std::size_t pooled_dimension = 0;          // of the vectors that Pooling names; 0: it names none
  std::vector<std::filesystem::path> files;  // the files that were read, relative to the model folder
};

// Reads <folder>/modules.json and the configurations it names. Without modules.json: mean pooling, no
// normalising, as sentence-transformers does. Throws kIo, kBadCheckpoint, or kUnsupported, naming the module
// or mode.
Modules ReadModules(const std::filesystem::path& folder);

}  // namespace lengthwise
