#include "tokenizer/pre_tokenizers.h"

#include <cstdint>
#include <utility>

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

}  // namespace

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
