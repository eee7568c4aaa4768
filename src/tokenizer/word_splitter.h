// Normalised characters to words (BertPreTokenizer) to tokens (WordPiece).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/utf8.h"
#include "tokenizer/bert_normalizer.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/tokenizer_json.h"

namespace lengthwise {

// Where tokens go. `offsets` is null where the caller wants ids alone.
struct TokenSink {
  std::vector<std::int32_t>* ids;
  std::vector<TokenOffset>* offsets;
};

// Appends the tokens of one word. Greedy, longest match first; a word that cannot be spelt to its end is one
// unknown token. `span_of(from, to)` gives the original bytes of the word's bytes [from, to).
template <bool kOffsets, typename SpanOf>
void AppendWord(const TokenizerSpec& spec, std::string_view word, const SpanOf& span_of,
                const TokenSink& sink) {
  const Vocabulary& vocabulary = spec.vocabulary;
  const std::size_t first_token = sink.ids->size();
  std::size_t begin = 0;
  while (begin < word.size()) {
    const std::size_t longest = begin == 0 ? vocabulary.longest_token() : vocabulary.longest_continuing();
    std::size_t end = word.size() - begin > longest ? begin + longest : word.size();
    std::int32_t id = Vocabulary::kMissing;
    for (; end > begin; --end) {
      if (end < word.size() && !IsCharacterStart(word[end])) continue;
      const std::string_view piece = word.substr(begin, end - begin);
      id = begin == 0 ? vocabulary.Find(piece) : vocabulary.FindContinuing(piece);
      if (id != Vocabulary::kMissing) break;
    }
    if (id == Vocabulary::kMissing) {
      sink.ids->resize(first_token);
      sink.ids->push_back(spec.unknown_id);
      if constexpr (kOffsets) {
        sink.offsets->resize(first_token);
        sink.offsets->push_back(span_of(0, word.size()));
      }
      return;
    }
    sink.ids->push_back(id);
    if constexpr (kOffsets) sink.offsets->push_back(span_of(begin, end));
    begin = end;
  }
}

// Takes characters that are normalised already; a word ends at white space and around punctuation.
template <bool kOffsets>
class WordSplitter {
 public:
  WordSplitter(const TokenizerSpec& spec, TokenSink sink)
      : spec_(spec), classes_(CharacterClasses()), sink_(sink) {}

  void Add(char32_t character, ByteSpan original) {
    const std::uint8_t classes = classes_[character];
    if ((classes & (kWhitespace | kPunctuation)) == 0) {
      Append(character, original);
      return;
    }
    Finish();
    if ((classes & kWhitespace) == 0) {
      Append(character, original);
      Finish();
    }
  }

  // The word, if one is open, ends here.
  void Finish() {
    if (characters_ == 0) return;
    if (characters_ > spec_.max_word_characters) {
      sink_.ids->push_back(spec_.unknown_id);
      if constexpr (kOffsets) sink_.offsets->push_back({spans_.front().begin, end_});
    } else {
      const auto span_of = [this](std::size_t from, std::size_t to) {
        return TokenOffset{spans_[from].begin, spans_[to - 1].end};
      };
      AppendWord<kOffsets>(spec_, word_, span_of, sink_);
    }
    characters_ = 0;
    word_.clear();
    spans_.clear();
  }

 private:
  void Append(char32_t character, ByteSpan original) {
    // A word that is too long is one unknown token, so the rest of it need not be kept.
    if (characters_++ < spec_.max_word_characters || characters_ == 1) {
      AppendUtf8(character, &word_);
      if constexpr (kOffsets) spans_.resize(word_.size(), original);
    }
    if constexpr (kOffsets) end_ = original.end;
  }

  const TokenizerSpec& spec_;
  const std::uint8_t* classes_;
  TokenSink sink_;
  std::string word_;
  std::vector<ByteSpan> spans_;  // of each byte of word_
  std::size_t characters_ = 0;   // of the word, kept or not
  std::uint32_t end_ = 0;        // of the word, in the original
};

}  // namespace lengthwise
