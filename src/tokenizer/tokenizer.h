// Text to token ids, as tokenizer.json (the Hugging Face `tokenizers` format) prescribes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

// Bytes [begin, end) of the original text that a token stands for.
struct TokenOffset {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool operator==(const TokenOffset&) const = default;
};

// Content tokens of one text: no special tokens, nothing cut.
struct TokenSequence {
  std::vector<std::int32_t> ids;
  std::vector<TokenOffset> offsets;
};

// What becomes of characters before words are looked up.
struct TextNormalization {
  bool lowercase = false;
  bool strip_accents = false;
  bool handle_chinese_chars = false;  // each is a word of its own
  bool operator==(const TextNormalization&) const = default;
};

class TokenizerImpl;

// Thread-safe after loading. The truncation and padding baked into tokenizer.json are ignored: lengths are
// the caller's business.
class Tokenizer {
 public:
  // Reads a tokenizer.json. Throws kIo, kBadCheckpoint (malformed), or kUnsupported (naming the part and the
  // supported kinds) for another model, normaliser, pre-tokeniser or post-processor than this version
  // implements.
  explicit Tokenizer(const std::filesystem::path& tokenizer_json);
  // The same from the file's content; `where` names it in messages.
  static Tokenizer FromJson(std::string_view json, const std::string& where);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  // Content tokens of `text` with their offsets, in place of what `out` held. Invalid UTF-8 is read as
  // U+FFFD, one for each maximal invalid part (as Python's errors="replace" does). Throws kBadInput for a
  // text beyond 4 GiB.
  void Encode(std::string_view text, TokenSequence* out) const;
  // The same without offsets, which costs less.
  void EncodeIds(std::string_view text, std::vector<std::int32_t>* ids) const;

  // Special tokens that the post-processor puts before and after the content of a single text.
  std::span<const std::int32_t> prefix() const;
  std::span<const std::int32_t> suffix() const;

  // Texts stand by themselves from now on: there are no special tokens.
  void DropSpecials();

  // Of WordPiece; others normalise by rules of which transformers knows no settings of its own.
  std::optional<TextNormalization> normalization() const;

  // The id that stands for a word that the vocabulary cannot spell; -1: there is none.
  std::int32_t unknown_id() const;
  // The truncation that the file asks for, in tokens, which is not done here; 0: none.
  std::size_t truncation() const;

  // One more than the largest id: the least number of rows that an embedding table must have.
  std::size_t vocabulary_size() const;
  // The token's text in the vocabulary, for example "##ing"; empty for an id that the file leaves out. Throws
  // kBadInput for one that is not below vocabulary_size().
  std::string_view token(std::int32_t id) const;

 private:
  explicit Tokenizer(std::unique_ptr<TokenizerImpl> impl);

  std::unique_ptr<TokenizerImpl> impl_;
};

}  // namespace lengthwise
