// A tokenizer of stages: added tokens, normalisers, pre-tokenisers, a model, each as tokenizer.json has it.
#pragma once

#include <memory>
#include <string>

#include "tokenizer/tokenizer_impl.h"

namespace lengthwise {

// Throws kUnsupported, naming `where`.
std::unique_ptr<TokenizerImpl> MakeStagedTokenizer(TokenizerSpec spec, const std::string& where);

}  // namespace lengthwise
