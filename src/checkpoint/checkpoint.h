// A sentence-transformers model folder, or what else a model is stored as.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "checkpoint/modules.h"
#include "checkpoint/prompts.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/static_model.h"

namespace lengthwise {

struct Checkpoint {
  std::filesystem::path folder;
  Json config;          // config.json
  SafeTensors weights;  // model.safetensors, or the files that its index lists
  // modules.json and <pooling>/config.json; a folder without modules.json pools by mean and does not
  // normalise, as sentence-transformers does.
  std::vector<Pooling> pooling = {Pooling::kMean};  // several: their vectors one after the other
  std::vector<VectorModule> vector_modules;         // applied to the pooled vector, in this order
  bool normalize = false;                           // whether the last of them normalises
  Prompts prompts;
  bool include_prompt = true;         // whether a prompt's tokens are pooled too
  std::filesystem::path transformer;  // relative to `folder`; empty: the folder itself
  StaticKind static_kind = StaticKind::kNone;
  // The sentence-transformers limit: max_seq_length of sentence_bert_config.json, else model_max_length of
  // tokenizer_config.json; model2vec's of config.json; 0 where the folder names none. It may exceed the
  // model's positions.
  std::size_t max_seq_length = 0;
  std::filesystem::path tokenizer_json;
  // What a GGUF file says in place of a tokenizer.json; empty: that file. Such a file is `config_json` and
  // `tokenizer_json` at once, and the one of the weights.
  std::string tokenizer_text;
  // The file that says what the weights are: config.json, or modules.json of a static embedding.
  std::filesystem::path config_json;
  // What was assumed in place of files that the folder lacks, and what of it looks odd: sentences for its
  // user.
  std::vector<std::string> warnings;
  // Every file but the weights that changes the vectors, relative to `folder`, sorted.
  std::vector<std::filesystem::path> small_files;

  bool gguf() const { return !tokenizer_text.empty(); }
};

// Reads the small files and the header of the weights, not the weights. Throws kIo for a missing file and for
// a link that leads nowhere, kBadCheckpoint for a malformed one, a Git LFS pointer and files that contradict
// each other, kUnsupported for a module, pooling mode or other setting that this version does not implement
// (named, with the supported list). `folder` may be a GGUF file too, or a folder that holds one.
Checkpoint OpenCheckpoint(const std::filesystem::path& folder);

// 32 hexadecimal digits over names and contents of every file that changes the vectors: config, weights,
// tokenizer, pooling and module configuration. The folder's own name does not count. Reads all weights.
std::string Fingerprint(const Checkpoint& checkpoint);

}  // namespace lengthwise
