#include "tokenizer/word_piece_tokenizer.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "text/unicode.h"
#include "text/utf8.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/bert_normalizer.h"
#include "tokenizer/byte_table.h"
#include "tokenizer/normalized_text.h"
#include "tokenizer/word_splitter.h"

namespace lengthwise {
namespace {

bool IsSpace(char32_t character) {
  return (CharacterClasses()[character] & kWhitespace) != 0;
}

// How many white space characters a valid text begins and ends with.
std::size_t LeadingSpaces(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t position = 0; position < text.size(); ++count) {
    const DecodedCharacter character = DecodeValidCharacter(text, position);
    if (!IsSpace(character.value)) break;
    position += character.bytes;
  }
  return count;
}
std::size_t TrailingSpaces(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t end = text.size(); end > 0; ++count) {
    const std::size_t previous = PreviousCharacter(text, end);
    if (!IsSpace(DecodeValidCharacter(text, previous).value)) break;
    end = previous;
  }
  return count;
}

AddedTokenMatcher MakeMatcher(const TokenizerSpec& spec, bool normalized, const std::string& where) {
  const auto normalise = [&](const std::string& content) {
    NormalizedText text;
    NormalizeInto(spec.normalizer, content, 0, content.size(), &text);
    return std::move(text.text);
  };
  return MatcherOf(spec.added_tokens, normalized, normalise, where);
}

class WordPieceTokenizer : public TokenizerImpl {
 public:
  WordPieceTokenizer(TokenizerSpec spec, const std::string& where)
      : TokenizerImpl(std::move(spec)),
        bytes_(this->spec().normalizer),
        raw_matcher_(MakeMatcher(this->spec(), false, where)),
        normalized_matcher_(MakeMatcher(this->spec(), true, where)) {}

  void Encode(std::string_view text, std::vector<std::int32_t>* ids,
              std::vector<TokenOffset>* offsets) const override {
    const TokenSink sink{ids, offsets};
    if (offsets == nullptr) {
      EncodeText<false>(text, sink);
    } else {
      EncodeText<true>(text, sink);
    }
  }

 private:
  template <bool kOffsets>
  void EncodeText(std::string_view text, const TokenSink& sink) const {
    raw_matcher_.ForEachPart(
        text,
        [&](std::size_t begin, std::size_t end) {
          if (normalized_matcher_.empty()) {
            EncodePart<kOffsets>(text, begin, end, sink);
          } else {
            EncodeNormalizedPart<kOffsets>(text, begin, end, sink);
          }
        },
        [&](std::size_t begin, std::size_t end, std::int32_t id) {
          if constexpr (kOffsets) AppendAddedOffset(text, text.substr(begin, end - begin), begin, end, sink);
          sink.ids->push_back(id);
        });
  }

  // Words of this many bytes, nearly all there are, need no memory but the stack.
  static constexpr std::size_t kShortWord = 96;

  // Text without added tokens: ASCII words straight from the text, others through normaliser and splitter.
  template <bool kOffsets>
  void EncodePart(std::string_view text, std::size_t begin, std::size_t end, const TokenSink& sink) const {
    WordSplitter<kOffsets> splitter(spec(), sink);
    BertNormalizer<WordSplitter<kOffsets>> normalizer(spec().normalizer, &splitter);
    char word[kShortWord];
    const std::size_t longest = std::min(kShortWord, spec().max_word_characters);
    std::size_t position = begin;
    while (position < end) {
      const ByteTable::Kind kind = bytes_.Of(text[position]);
      if (kind == ByteTable::kSpace || kind == ByteTable::kDropped) {
        ++position;
        continue;
      }
      if (kind != ByteTable::kNotAscii) {
        std::size_t size = 0;
        if (kind == ByteTable::kPunctuationMark) {
          word[size++] = text[position];
        } else {
          const std::size_t room = std::min(longest, end - position);
          do {
            word[size] = bytes_.normalized[static_cast<unsigned char>(text[position + size])];
            ++size;
          } while (size < room && bytes_.Of(text[position + size]) == ByteTable::kWord);
        }
        const std::size_t after = position + size;
        if (kind == ByteTable::kPunctuationMark || after == end ||
            bytes_.Of(text[after]) == ByteTable::kSpace ||
            bytes_.Of(text[after]) == ByteTable::kPunctuationMark) {
          const auto span_of = [position](std::size_t from, std::size_t to) {
            return TokenOffset{static_cast<std::uint32_t>(position + from),
                               static_cast<std::uint32_t>(position + to)};
          };
          AppendWord<kOffsets>(spec(), {word, size}, span_of, sink);
          position = after;
          continue;
        }
      }
      position = EncodeToWordEnd(text, position, end, &normalizer);
      normalizer.Finish();
      splitter.Finish();
    }
  }

  // Feeds characters up to the next ASCII white space or punctuation, which ends every word and is the base
  // of no mark before it. Returns where that was.
  template <typename Normalizer>
  std::size_t EncodeToWordEnd(std::string_view text, std::size_t position, std::size_t end,
                              Normalizer* normalizer) const {
    while (position < end) {
      const ByteTable::Kind kind = bytes_.Of(text[position]);
      if (kind == ByteTable::kSpace || kind == ByteTable::kPunctuationMark) break;
      const DecodedCharacter character = DecodeValidCharacter(text, position);
      const auto from = static_cast<std::uint32_t>(position);
      normalizer->Add(character.value, {from, from + character.bytes});
      position += character.bytes;
    }
    return position;
  }

  // Text that may hold added tokens in its normalised form.
  template <bool kOffsets>
  void EncodeNormalizedPart(std::string_view text, std::size_t begin, std::size_t end,
                            const TokenSink& sink) const {
    NormalizedText normalized;
    NormalizeInto(spec().normalizer, text, begin, end, &normalized);
    WordSplitter<kOffsets> splitter(spec(), sink);
    normalized_matcher_.ForEachPart(
        normalized.text,
        [&](std::size_t from, std::size_t to) {
          while (from < to) {
            const DecodedCharacter character = DecodeValidCharacter(normalized.text, from);
            splitter.Add(character.value, normalized.spans[from]);
            from += character.bytes;
          }
          splitter.Finish();
        },
        [&](std::size_t from, std::size_t to, std::int32_t id) {
          if constexpr (kOffsets) {
            AppendAddedOffset(text, std::string_view(normalized.text).substr(from, to - from),
                              normalized.spans[from].begin, normalized.spans[to - 1].end, sink);
          }
          sink.ids->push_back(id);
        });
  }

  // The offset of an added token that matched as `matched` and stands for bytes [begin, end) of `text`.
  void AppendAddedOffset(std::string_view text, std::string_view matched, std::size_t begin, std::size_t end,
                         const TokenSink& sink) const {
    if (spec().trim_offsets) {
      std::size_t before = LeadingSpaces(matched);
      std::size_t after = TrailingSpaces(matched);
      if (spec().keep_first_space && before == 1 && (sink.ids->empty() || begin == 0)) before = 0;
      for (; before > 0 && begin < end; --before) begin += DecodeValidCharacter(text, begin).bytes;
      for (; after > 0 && begin < end; --after) end = PreviousCharacter(text, end);
    }
    sink.offsets->push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  }

  ByteTable bytes_;
  AddedTokenMatcher raw_matcher_;         // in the text as it is
  AddedTokenMatcher normalized_matcher_;  // in the normalised text between those
};

}  // namespace

std::unique_ptr<TokenizerImpl> MakeWordPieceTokenizer(TokenizerSpec spec, const std::string& where) {
  return std::make_unique<WordPieceTokenizer>(std::move(spec), where);
}

}  // namespace lengthwise
