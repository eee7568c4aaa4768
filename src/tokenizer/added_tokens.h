// Added tokens ("[SEP]", "[MASK]", a user's own): found in the text as they stand, before words are split.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace lengthwise {

struct AddedToken {
  std::string content;
  std::int32_t id = 0;
  bool special = false;
  bool single_word = false;  // not beside a word character
  bool lstrip = false;       // takes the white space before it
  bool rstrip = false;       // takes the white space after it
  bool normalized = true;    // matched in the normalised text, by its own normalised content
};

// Cuts a text at the added tokens in it: from the left, the longest at each place, as the `tokenizers`
// library does.
class AddedTokenMatcher {
 public:
  struct Pattern {
    std::string text;  // not empty
    std::int32_t id = 0;
    bool single_word = false;
    bool lstrip = false;
    bool rstrip = false;
  };
  // Of two patterns of the same text the earlier counts.
  explicit AddedTokenMatcher(std::vector<Pattern> patterns = {});

  bool empty() const { return patterns_.empty(); }

  // `text` is valid UTF-8. Calls on_text(begin, end) for each part between tokens, never empty, and
  // on_token(begin, end, id) for each token, in order.
  template <typename OnText, typename OnToken>
  void ForEachPart(std::string_view text, OnText on_text, OnToken on_token) const;

 private:
  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
    const Pattern* pattern = nullptr;  // null: nothing more
  };
  Match FindNext(std::string_view text, std::size_t from) const;
  static bool IsSingleWord(std::string_view text, std::size_t begin, std::size_t end);
  static std::size_t SpaceBegin(std::string_view text, std::size_t floor, std::size_t end);
  static std::size_t SpaceEnd(std::string_view text, std::size_t begin);

  std::vector<Pattern> patterns_;
  Vocabulary lookup_;  // pattern text to index
  // By first byte, the lengths of the patterns that begin with it, longest first.
  std::array<std::vector<std::size_t>, 256> lengths_;
  int only_first_byte_ = -1;  // where all patterns begin alike
};

template <typename OnText, typename OnToken>
void AddedTokenMatcher::ForEachPart(std::string_view text, OnText on_text, OnToken on_token) const {
  std::size_t covered = 0;
  std::size_t space_begin =
      0;  // the white space after the last match that took it, so that it is walked once
  std::size_t space_end = 0;
  if (!patterns_.empty()) {
    for (Match match = FindNext(text, 0); match.pattern != nullptr; match = FindNext(text, match.end)) {
      std::size_t begin = match.begin;
      std::size_t end = match.end;
      if (match.pattern->single_word && !IsSingleWord(text, begin, end)) continue;
      if (match.pattern->lstrip) begin = SpaceBegin(text, covered, begin);
      if (match.pattern->rstrip) {
        if (end < space_begin || end > space_end) {
          space_begin = end;
          space_end = SpaceEnd(text, end);
        }
        end = space_end;
      }
      if (begin >= end) continue;  // white space that the token before it took already
      if (covered < begin) on_text(covered, begin);
      on_token(begin, end, match.pattern->id);
      covered = end;
    }
  }
  if (covered < text.size()) on_text(covered, text.size());
}

// The matcher of those tokens that are matched in the normalised text, by what `normalise` makes of their
// content, or of those that are matched in the text as it stands. Throws kUnsupported, beginning with
// `where`, for one of which the normaliser leaves nothing.
AddedTokenMatcher MatcherOf(std::span<const AddedToken> tokens, bool normalized,
                            const std::function<std::string(const std::string& content)>& normalise,
                            const std::string& where);

}  // namespace lengthwise
