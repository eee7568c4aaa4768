// Where a model folder keeps its tokenizer.
#pragma once

#include <filesystem>

namespace lengthwise {

// tokenizer.json of a folder of transformer files. Throws kIo, saying how to make one of an older tokenizer.
std::filesystem::path FindTokenizer(const std::filesystem::path& transformer);

// The same for a sentence-transformers folder, whose modules.json says where the transformer lies. Nothing
// else of the model needs to be there. Throws kIo, kBadCheckpoint or kUnsupported, as ReadModules.
std::filesystem::path TokenizerOfModel(const std::filesystem::path& folder);

}  // namespace lengthwise
