#include "tokenizer/pre_tokenizers.h"

#include <cstdint>
#include <utility>

#include "text/letters.h"
#include "text/unicode.h"

namespace lengthwise {
namespace {

// Cuts pieces at characters of the classes `removed`, which go, and around those of `isolated`.
SplitStage ClassSplitStage(std::uint8_t removed, std::uint8_t isolated) {
  return [removed, isolated](Pieces* pieces) {
    const std::uint8_t* classes = CharacterClasses();
    std::vector<std::pair<std::size_t, std::size_t>> cut;
    for (const auto& [begin, end] : pieces->ranges) {
      std::size_t from = begin;
      for (std::size_t i = begin; i < end; ++i) {
        const std::uint8_t found = classes[pieces->characters.text[i]];
        if ((found & (removed | isolated)) == 0) continue;
        if (from < i) cut.emplace_back(from, i);
        if ((found & removed) == 0) cut.emplace_back(i, i + 1);
        from = i + 1;
      }
      if (from < end) cut.emplace_back(from, end);
    }
    pieces->ranges = std::move(cut);
  };
}

// A part of a piece, and whether it is a match.
struct Slice {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool match = false;
};

void AddSlice(Slice part, std::vector<Slice>& parts) {
  if (part.begin < part.end) parts.push_back(part);
}

// The piece [begin, end) as matches and what lies between them.
std::vector<Slice> SlicesOf(const Characters& characters, std::size_t begin, std::size_t end,
                            const Regex& pattern, bool invert) {
  std::vector<Slice> parts;
  std::size_t from = begin;
  for (const auto& [first, last] :
       pattern.Matches(std::u32string_view(characters.text).substr(begin, end - begin))) {
    AddSlice({from, begin + first, invert}, parts);
    AddSlice({begin + first, begin + last, !invert}, parts);
    from = begin + last;
  }
  AddSlice({from, end, invert}, parts);
  return parts;
}

// Whether `part` goes into the piece of the part before it.
bool Joins(const Slice& before, const Slice& part, SplitBehavior behavior) {
  if (behavior == SplitBehavior::kContiguous) return before.match == part.match;
  if (behavior == SplitBehavior::kMergedWithPrevious) return part.match && !before.match;
  return behavior == SplitBehavior::kMergedWithNext && before.match && !part.match;
}

}  // namespace

SplitStage PatternSplitStage(Regex pattern, SplitBehavior behavior, bool invert) {
  return [pattern = std::move(pattern), behavior, invert](Pieces* pieces) {
    std::vector<std::pair<std::size_t, std::size_t>> cut;
    for (const auto& [begin, end] : pieces->ranges) {
      const Slice* before = nullptr;
      const std::vector<Slice> parts = SlicesOf(pieces->characters, begin, end, pattern, invert);
      for (const Slice& part : parts) {
        if (before != nullptr && Joins(*before, part, behavior)) {
          cut.back().second = part.end;
        } else if (!part.match || behavior != SplitBehavior::kRemoved) {
          cut.emplace_back(part.begin, part.end);
        }
        before = &part;
      }
    }
    pieces->ranges = std::move(cut);
  };
}

SplitStage DigitSplitStage(bool individual) {
  return [individual](Pieces* pieces) {
    std::vector<std::pair<std::size_t, std::size_t>> cut;
    for (const auto& [begin, end] : pieces->ranges) {
      bool before = false;
      for (std::size_t i = begin; i < end; ++i) {
        const bool digit = IsNumber(pieces->characters.text[i]);
        if (i == begin || digit != before || (digit && individual)) cut.emplace_back(i, i);
        cut.back().second = i + 1;
        before = digit;
      }
    }
    pieces->ranges = std::move(cut);
  };
}

SplitStage MetaspaceStage(char32_t mark, PrependScheme scheme, bool split) {
  return [mark, scheme, split](Pieces* pieces) {
    Pieces marked;
    const Characters& characters = pieces->characters;
    marked.characters.text.reserve(characters.size() + pieces->ranges.size());
    marked.characters.spans.reserve(characters.size() + pieces->ranges.size());
    const auto is_mark = [&](std::size_t i) {
      return characters.text[i] == U' ' || characters.text[i] == mark;
    };
    for (const auto& [begin, end] : pieces->ranges) {
      std::size_t from = marked.characters.size();
      const bool prepends = scheme == PrependScheme::kAlways ||
                            (scheme == PrependScheme::kFirst && characters.spans[begin].begin == 0);
      if (prepends && !is_mark(begin)) marked.characters.Add(mark, characters.spans[begin]);
      for (std::size_t i = begin; i < end; ++i) {
        if (is_mark(i) && split && marked.characters.size() > from) {
          marked.ranges.emplace_back(from, marked.characters.size());
          from = marked.characters.size();
        }
        marked.characters.Add(is_mark(i) ? mark : characters.text[i], characters.spans[i]);
      }
      marked.ranges.emplace_back(from, marked.characters.size());
    }
    *pieces = std::move(marked);
  };
}

SplitStage WhitespaceSplitStage() {
  return ClassSplitStage(kWhitespace, 0);
}

SplitStage BertSplitStage() {
  return ClassSplitStage(kWhitespace, kPunctuation);
}

}  // namespace lengthwise
