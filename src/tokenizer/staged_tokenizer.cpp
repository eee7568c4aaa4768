#include "tokenizer/staged_tokenizer.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "text/unicode.h"
#include "text/utf8.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/bpe.h"
#include "tokenizer/characters.h"
#include "tokenizer/normalizers.h"
#include "tokenizer/pre_tokenizers.h"
#include "tokenizer/unigram.h"

namespace lengthwise {
namespace {

void Normalize(const TokenizerSpec& spec, Characters* characters) {
  for (const NormalizerStage& stage : spec.normalizers) stage(characters);
}

std::string Utf8(std::u32string_view text) {
  std::string bytes;
  for (const char32_t character : text) AppendUtf8(character, &bytes);
  return bytes;
}

AddedTokenMatcher MakeStagedMatcher(const TokenizerSpec& spec, bool normalized, const std::string& where) {
  const auto normalise = [&](const std::string& content) {
    Characters characters;
    ReadCharacters(content, 0, content.size(), &characters);
    Normalize(spec, &characters);
    return Utf8(characters.text);
  };
  return MatcherOf(spec.added_tokens, normalized, normalise, where);
}

// What one call needs while it runs.
struct Work {
  std::string_view text;  // the original
  std::vector<std::int32_t>* ids;
  std::vector<TokenOffset>* offsets;  // null: not wanted
  Pieces pieces;
  std::string piece;                     // as UTF-8
  std::vector<std::uint32_t> character;  // of each of its bytes
  Unigram::Path path;
  Bpe::Work bpe;
};

class StagedTokenizer : public TokenizerImpl {
 public:
  StagedTokenizer(TokenizerSpec given, const std::string& where)
      : TokenizerImpl(std::move(given)),
        raw_matcher_(MakeStagedMatcher(spec(), false, where)),
        normalized_matcher_(MakeStagedMatcher(spec(), true, where)),
        unigram_(spec().model == TokenizerModel::kUnigram
                     ? std::make_unique<const Unigram>(spec().vocabulary, spec().scores, spec().unknown_id,
                                                       spec().byte_fallback)
                     : nullptr),
        bpe_(spec().model == TokenizerModel::kBpe
                 ? std::make_unique<const Bpe>(spec().vocabulary, spec().merges,
                                               BpeOptions{spec().unknown_id, spec().fuse_unknown,
                                                          spec().byte_fallback, spec().ignore_merges},
                                               where)
                 : nullptr) {}

  void Encode(std::string_view text, std::vector<std::int32_t>* ids,
              std::vector<TokenOffset>* offsets) const override {
    Work work{.text = text,
              .ids = ids,
              .offsets = offsets,
              .pieces = {},
              .piece = {},
              .character = {},
              .path = {},
              .bpe = {}};
    raw_matcher_.ForEachPart(
        text,
        [&](std::size_t begin, std::size_t end) {
          ReadCharacters(text, begin, end, &work.pieces.characters);
          Normalize(spec(), &work.pieces.characters);
          if (normalized_matcher_.empty()) {
            EncodeNormalized(&work);
          } else {
            EncodeAroundTokens(&work);
          }
        },
        [&](std::size_t begin, std::size_t end, std::int32_t id) {
          Append(id, text.substr(begin, end - begin),
                 {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}, &work);
        });
  }

 private:
  // The characters of `work` may hold added tokens in their normalised form.
  void EncodeAroundTokens(Work* work) const {
    const Characters normalized = std::exchange(work->pieces.characters, {});
    const std::string bytes = Utf8(normalized.text);
    std::vector<std::size_t> character_at(bytes.size() + 1, normalized.size());
    std::size_t at = 0;
    for (std::size_t i = 0; i < normalized.size(); ++i) {
      character_at[at] = i;
      at += DecodeValidCharacter(bytes, at).bytes;
    }
    normalized_matcher_.ForEachPart(
        bytes,
        [&](std::size_t from, std::size_t to) {
          work->pieces.characters = normalized;
          work->pieces.characters.Cut(character_at[from], character_at[to]);
          EncodeNormalized(work);
        },
        [&](std::size_t from, std::size_t to, std::int32_t id) {
          const ByteSpan first = normalized.spans[character_at[from]];
          const ByteSpan last = normalized.spans[character_at[to] - 1];
          Append(id, std::string_view(bytes).substr(from, to - from), {first.begin, last.end}, work);
        });
  }

  void EncodeNormalized(Work* work) const {
    Pieces& pieces = work->pieces;
    pieces.ranges.clear();
    if (pieces.characters.size() == 0) return;
    pieces.ranges.emplace_back(0, pieces.characters.size());
    for (const SplitStage& stage : spec().splits) stage(&pieces);
    for (const auto& [begin, end] : pieces.ranges) EncodePiece(begin, end, work);
  }

  void EncodePiece(std::size_t begin, std::size_t end, Work* work) const {
    const Characters& characters = work->pieces.characters;
    work->piece.clear();
    work->character.clear();
    for (std::size_t i = begin; i < end; ++i) {
      AppendUtf8(characters.text[i], &work->piece);
      if (work->offsets != nullptr) work->character.resize(work->piece.size(), static_cast<std::uint32_t>(i));
    }
    const std::vector<PieceToken>& tokens = unigram_ != nullptr ? unigram_->Encode(work->piece, &work->path)
                                                                : bpe_->Encode(work->piece, &work->bpe);
    for (const PieceToken& token : tokens) {
      TokenOffset offset;
      if (work->offsets != nullptr) {
        offset = {characters.spans[work->character[token.begin]].begin,
                  characters.spans[work->character[token.end - 1]].end};
      }
      Append(token.id, std::string_view(work->piece).substr(token.begin, token.end - token.begin), offset,
             work);
    }
  }

  // `matched` is what the token stands for in the normalised text.
  void Append(std::int32_t id, std::string_view matched, TokenOffset offset, Work* work) const {
    if (work->offsets != nullptr) {
      if (spec().trim_offsets) Trim(matched, &offset, *work);
      work->offsets->push_back(offset);
    }
    work->ids->push_back(id);
  }

  // RobertaProcessing and ByteLevel leave spaces at a token's ends out of its offset, but for one that was
  // put before the text for tokenising.
  void Trim(std::string_view matched, TokenOffset* offset, const Work& work) const {
    std::size_t before = 0;
    std::size_t after = 0;
    for (std::size_t at = 0; at < matched.size(); ++before) {
      const DecodedCharacter character = DecodeValidCharacter(matched, at);
      if (!IsTrimmed(character.value)) break;
      at += character.bytes;
    }
    for (std::size_t end = matched.size(); end > 0; ++after) {
      const std::size_t previous = PreviousCharacter(matched, end);
      if (!IsTrimmed(DecodeValidCharacter(matched, previous).value)) break;
      end = previous;
    }
    if (spec().keep_first_space && before == 1 && (work.ids->empty() || offset->begin == 0)) before = 0;
    for (; before > 0 && offset->begin < offset->end; --before)
      offset->begin += DecodeValidCharacter(work.text, offset->begin).bytes;
    for (; after > 0 && offset->begin < offset->end; --after)
      offset->end = static_cast<std::uint32_t>(PreviousCharacter(work.text, offset->end));
  }

  static bool IsTrimmed(char32_t character) {
    constexpr char32_t kByteLevelSpace = 0x120;
    return character == kByteLevelSpace || (CharacterClasses()[character] & kWhitespace) != 0;
  }

  AddedTokenMatcher raw_matcher_;         // in the text as it is
  AddedTokenMatcher normalized_matcher_;  // in the normalised text between those
  // One of the two.
  std::unique_ptr<const Unigram> unigram_;
  std::unique_ptr<const Bpe> bpe_;
};

}  // namespace

std::unique_ptr<TokenizerImpl> MakeStagedTokenizer(TokenizerSpec spec, const std::string& where) {
  return std::make_unique<StagedTokenizer>(std::move(spec), where);
}

}  // namespace lengthwise
