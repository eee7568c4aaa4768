#include "tokenizer/tokenizer.h"

#include <limits>
#include <optional>
#include <utility>

#include "base/fail.h"
#include "base/file.h"
#include "text/utf8.h"
#include "tokenizer/staged_tokenizer.h"
#include "tokenizer/tokenizer_json.h"
#include "tokenizer/word_piece_tokenizer.h"

namespace lengthwise {
Tokenizer::Tokenizer(const std::filesystem::path& tokenizer_json)
    : Tokenizer(FromJson(ReadFile(tokenizer_json), tokenizer_json.string())) {}

Tokenizer::Tokenizer(std::unique_ptr<TokenizerImpl> impl) : impl_(std::move(impl)) {}

Tokenizer Tokenizer::FromJson(std::string_view json, const std::string& where) {
  TokenizerSpec spec = ParseTokenizerJson(json, where);
  return Tokenizer(spec.staged ? MakeStagedTokenizer(std::move(spec), where)
                               : MakeWordPieceTokenizer(std::move(spec), where));
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

namespace {

// Calls encode(valid text, the repaired text it is of or null).
template <typename EncodeValid>
void WithValidText(std::string_view text, const EncodeValid& encode) {
  std::optional<RepairedUtf8> repaired;
  if (FindInvalidUtf8(text) != text.size()) {
    repaired.emplace(text);
    text = repaired->text();
  }
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
    Fail(ErrorCode::kBadInput, "a text of {} bytes is too long to tokenise: the limit is 4 GiB; split it",
         text.size());
  }
  encode(text, repaired.has_value() ? &*repaired : nullptr);
}

}  // namespace

void Tokenizer::Encode(std::string_view text, TokenSequence* out) const {
  out->ids.clear();
  out->offsets.clear();
  WithValidText(text, [&](std::string_view valid, const RepairedUtf8* repaired) {
    impl_->Encode(valid, &out->ids, &out->offsets);
    if (repaired == nullptr) return;
    for (TokenOffset& offset : out->offsets) {
      offset.begin = static_cast<std::uint32_t>(repaired->OriginalOffset(offset.begin));
      offset.end = static_cast<std::uint32_t>(repaired->OriginalOffset(offset.end));
    }
  });
}

void Tokenizer::EncodeIds(std::string_view text, std::vector<std::int32_t>* ids) const {
  ids->clear();
  WithValidText(text,
                [&](std::string_view valid, const RepairedUtf8*) { impl_->Encode(valid, ids, nullptr); });
}

std::span<const std::int32_t> Tokenizer::prefix() const {
  return impl_->spec().prefix;
}
std::span<const std::int32_t> Tokenizer::suffix() const {
  return impl_->spec().suffix;
}
void Tokenizer::DropSpecials() {
  impl_->DropSpecials();
}
std::optional<TextNormalization> Tokenizer::normalization() const {
  if (impl_->spec().model != TokenizerModel::kWordPiece) return std::nullopt;
  const BertNormalizerOptions& options = impl_->spec().normalizer;
  return TextNormalization{options.lowercase, options.strip_accents, options.handle_chinese_chars};
}
std::size_t Tokenizer::truncation() const {
  return impl_->spec().truncation;
}
std::int32_t Tokenizer::unknown_id() const {
  return impl_->spec().unknown_id;
}
std::size_t Tokenizer::vocabulary_size() const {
  return impl_->spec().vocabulary.size();
}

std::string_view Tokenizer::token(std::int32_t id) const {
  const Vocabulary& vocabulary = impl_->spec().vocabulary;
  if (id < 0 || static_cast<std::size_t>(id) >= vocabulary.size()) {
    Fail(ErrorCode::kBadInput, "{} is not the id of a token; the vocabulary has {}", id, vocabulary.size());
  }
  return vocabulary.token(id);
}

}  // namespace lengthwise
