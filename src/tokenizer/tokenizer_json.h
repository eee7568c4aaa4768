// tokenizer.json: the Hugging Face `tokenizers` format, read into plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/added_tokens.h"
#include "tokenizer/bert_normalizer.h"
#include "tokenizer/vocabulary.h"

namespace lengthwise {

struct TokenizerSpec {
  BertNormalizerOptions normalizer;
  // WordPiece. The unknown token's id stands for a word that the vocabulary cannot spell, or that is longer
  // than max_word_characters.
  Vocabulary vocabulary;
  std::int32_t unknown_id = 0;
  std::size_t max_word_characters = 100;
  std::vector<AddedToken> added_tokens;  // in the order in which they are matched
  // What the post-processor puts around a single text.
  std::vector<std::int32_t> prefix;
  std::vector<std::int32_t> suffix;
  // RobertaProcessing: the offsets of an added token leave out the white space that the token took; but a
  // single space at the start of a text stays, where the processor takes it for one that was put there for
  // tokenising.
  bool trim_offsets = false;
  bool keep_first_space = false;
};

// `where` names the source in messages. Throws kBadCheckpoint or kUnsupported. Truncation and padding are
// ignored.
TokenizerSpec ParseTokenizerJson(std::string_view json, const std::string& where);

}  // namespace lengthwise
