// Models without a transformer: a table of word vectors, of which a text's vector is the mean.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/json.h"
#include "checkpoint/modules.h"

namespace lengthwise {

// Whose rules a static model follows. Both embed a text's tokens without special tokens, and give a text
// without tokens a vector of zeros.
enum class StaticKind {
  kNone,
  // sentence_transformers.models.StaticEmbedding: every token counts, in a text of any length.
  kSentenceTransformers,
  // model2vec's StaticModel: tokens that the vocabulary lacks count in the length and not in the mean, and a
  // text has 512 tokens at most where config.json names no other length.
  kModel2Vec
};

// Of a folder with these modules: of model2vec where config.json says so, whatever modules.json says beside.
// Throws kIo and kBadCheckpoint for a config.json that cannot be read.
StaticKind StaticKindOf(const std::filesystem::path& folder, const Modules& modules);

// The longest text of a model2vec folder in tokens, from config.json's "max_length"; 0: it names that there
// is none. Throws kBadCheckpoint, naming the file `where`, for what is no length.
std::size_t Model2VecLength(const Json& config, const std::string& where);

// Whether vectors are normalised: as config.json's "normalize" says, which modules.json, where there is one,
// must say too. Throws kBadCheckpoint where they differ.
bool Model2VecNormalizes(const Json& config, const Modules& modules, const std::string& where);

}  // namespace lengthwise
