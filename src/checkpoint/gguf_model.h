// A GGUF file as the files of a model folder that it stands for.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/json.h"
#include "checkpoint/modules.h"
#include "checkpoint/safetensors.h"

namespace lengthwise {

struct GgufModel {
  Json config;                     // as config.json
  std::string tokenizer;           // as tokenizer.json
  SafeTensors weights;             // under the names of transformers
  std::optional<Pooling> pooling;  // none: the file names none
};

// The file that was given, or the one of a folder that holds it in place of a config.json; empty: there is
// none. Throws kBadInput for a folder with several.
std::filesystem::path FindGguf(const std::filesystem::path& given);

// Llama, Qwen2 and Qwen3. Throws as ReadGguf; kUnsupported, naming it, for another architecture, tokenizer or
// type of weights, and for what the file says of the architecture and is not implemented.
GgufModel ReadGgufModel(const std::filesystem::path& path);

// tokenizer.json of the metadata's "tokenizer.ggml" members. Throws kUnsupported, naming it, for another kind
// of tokenizer or rule by which it splits texts; kBadCheckpoint for lists that do not fit each other.
std::string GgufTokenizer(const Json& metadata, const std::string& where);

}  // namespace lengthwise
