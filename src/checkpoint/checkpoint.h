// A sentence-transformers model folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/json.h"
#include "checkpoint/safetensors.h"

namespace lengthwise {

enum class Pooling { kMean, kCls, kMax, kLastToken };
const char* PoolingName(Pooling pooling);

struct Checkpoint {
  std::filesystem::path folder;
  Json config;          // config.json
  SafeTensors weights;  // model.safetensors
  // modules.json and <pooling>/config.json; a folder without modules.json pools by mean and does not normalise, as
  // sentence-transformers does.
  Pooling pooling = Pooling::kMean;
  bool normalize = false;
  // sentence_bert_config.json max_seq_length; 0 where the folder names none.
  std::size_t max_seq_length = 0;
  std::filesystem::path tokenizer_json;
};

// Throws kIo for a missing file, kBadCheckpoint for a malformed one, kUnsupported for a module or pooling mode that
// this version does not implement (named, with the supported list).
Checkpoint OpenCheckpoint(const std::filesystem::path& folder);

// 32 hexadecimal digits over the contents of every file that changes the vectors: config, weights, tokenizer, pooling
// and module configuration. Reads the whole weights file.
std::string Fingerprint(const Checkpoint& checkpoint);

}  // namespace lengthwise
