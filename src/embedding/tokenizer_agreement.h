// Whether the two files of a tokenizer say the same.
#pragma once

#include <filesystem>

#include "tokenizer/tokenizer.h"

namespace lengthwise {

// transformers follows tokenizer_config.json where it and the normaliser of tokenizer.json differ in
// do_lower_case (true where it is not given), strip_accents or tokenize_chinese_chars; programs that read
// tokenizer.json alone follow that. Throws kBadCheckpoint, naming both, where they differ: what the model was
// trained on cannot be told. Nothing to check without a tokenizer_config.json.
void CheckTokenizerAgreement(const Tokenizer& tokenizer, const std::filesystem::path& tokenizer_json);

}  // namespace lengthwise
