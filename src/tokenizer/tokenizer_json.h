// tokenizer.json: the Hugging Face `tokenizers` format, read into plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/added_tokens.h"
#include "tokenizer/bert_normalizer.h"
#include "tokenizer/normalizers.h"
#include "tokenizer/pre_tokenizers.h"
#include "tokenizer/vocabulary.h"

namespace lengthwise {

enum class TokenizerModel { kWordPiece, kUnigram, kBpe };

struct TokenizerSpec {
  TokenizerModel model = TokenizerModel::kWordPiece;
  Vocabulary vocabulary;
  // Stands for what the vocabulary cannot spell; kMissing: there is none.
  std::int32_t unknown_id = 0;
  // WordPiece: a longer word is unknown. It has BERT's normaliser and pre-tokeniser, without stages.
  std::size_t max_word_characters = 100;
  BertNormalizerOptions normalizer;
  // Unigram: the score of each piece, by its id.
  std::vector<double> scores;
  bool byte_fallback =
      false;  // what is unknown becomes tokens of bytes, "<0x41>", where the vocabulary has them
  // BPE: the pairs of tokens that are merged, the first learned first.
  std::vector<std::pair<std::string, std::string>> merges;
  bool fuse_unknown = false;
  bool ignore_merges = false;
  // The others: what is done to a text between added tokens before the model gets its pieces.
  bool staged = false;
  std::vector<NormalizerStage> normalizers;
  std::vector<SplitStage> splits;
  std::vector<AddedToken> added_tokens;  // in the order in which they are matched
  // What the post-processor puts around a single text.
  std::vector<std::int32_t> prefix;
  std::vector<std::int32_t> suffix;
  // RobertaProcessing: the offsets of an added token leave out the white space that the token took; but a
  // single space at the start of a text stays, where the processor takes it for one that was put there for
  // tokenising.
  bool trim_offsets = false;
  bool keep_first_space = false;
  std::size_t truncation = 0;  // tokens, special ones included; 0: none
};

// `where` names the source in messages. Throws kBadCheckpoint or kUnsupported. Truncation is noted and, like
// padding, not done.
TokenizerSpec ParseTokenizerJson(std::string_view json, const std::string& where);

}  // namespace lengthwise
