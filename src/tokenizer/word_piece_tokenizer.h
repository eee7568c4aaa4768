// BERT's tokenizer, normaliser and all, in one pass over the text: ASCII words need neither memory nor
// classes.
#pragma once

#include <memory>
#include <string>

#include "tokenizer/tokenizer_impl.h"

namespace lengthwise {

// Throws kUnsupported, naming `where`.
std::unique_ptr<TokenizerImpl> MakeWordPieceTokenizer(TokenizerSpec spec, const std::string& where);

}  // namespace lengthwise
