// The pre-tokeniser of GPT-2 and its heirs: pieces by its pattern, and every byte as a character that can be
// seen.
#pragma once

#include "tokenizer/pre_tokenizers.h"

namespace lengthwise {

// Each byte of the pieces becomes the one of 256 characters that GPT-2 gave it ("Ġ" for a space). With
// `prefix_space` a piece that begins with none gets a space; with `split` pieces are cut as by
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
SplitStage ByteLevelStage(bool prefix_space, bool split);

}  // namespace lengthwise
