// The pre-tokenisers of tokenizer.json as stages, each of which cuts the pieces of a text into smaller ones.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "text/regex.h"
#include "tokenizer/characters.h"

namespace lengthwise {

// Ranges [begin, end) of characters, never empty: what the model gets, one at a time.
struct Pieces {
  Characters characters;
  std::vector<std::pair<std::size_t, std::size_t>> ranges;

  void Clear() {
    characters.Clear();
    ranges.clear();
  }
};

using SplitStage = std::function<void(Pieces*)>;

// Where Metaspace puts its mark before a piece that has none: before all, before that which begins the text,
// before none.
enum class PrependScheme { kAlways, kFirst, kNever };

// Spaces become marks ("▁"), and with `split` each begins a piece.
SplitStage MetaspaceStage(char32_t mark, PrependScheme scheme, bool split);
// White space ends pieces, and goes.
SplitStage WhitespaceSplitStage();
// The same, and every punctuation mark is a piece.
SplitStage BertSplitStage();

// What becomes of the matches of a pattern: they go, are pieces, are one piece with the next match where they
// touch, or end or begin the piece beside them.
enum class SplitBehavior { kRemoved, kIsolated, kContiguous, kMergedWithPrevious, kMergedWithNext };

// Cuts at the matches of `pattern`; with `invert` at what lies between them, which then is the match.
SplitStage PatternSplitStage(Regex pattern, SplitBehavior behavior, bool invert);
// Digits and what is no digit are apart; each digit with `individual`.
SplitStage DigitSplitStage(bool individual);

}  // namespace lengthwise
