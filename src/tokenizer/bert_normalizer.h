// BertNormalizer of the `tokenizers` library, one character at a time.
//
// In order: clean_text drops controls and makes white space a space; handle_chinese_chars puts spaces around
// Chinese characters; strip_accents decomposes (NFD) and drops nonspacing marks; lowercase. Every character
// that comes out names the bytes of the original character that it stands for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "text/unicode.h"
#include "text/utf8.h"

namespace lengthwise {

struct BertNormalizerOptions {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  bool strip_accents = true;
  bool lowercase = true;
};

// Bytes [begin, end) of the original text.
struct ByteSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// Sink: void Add(char32_t character, ByteSpan original).
template <typename Sink>
class BertNormalizer {
 public:
  BertNormalizer(const BertNormalizerOptions& options, Sink* sink)
      : options_(options), classes_(CharacterClasses()), sink_(sink) {}

  // The next character of the text.
  void Add(char32_t character, ByteSpan original) {
    const std::uint8_t classes = classes_[character];
    if (options_.clean_text) {
      if ((classes & kRemoved) != 0) return;
      if ((classes & kWhitespace) != 0) character = U' ';
    }
    if (options_.handle_chinese_chars && (classes & kChinese) != 0) {
      Decompose(U' ', original);
      Decompose(character, original);
      Decompose(U' ', original);
    } else {
      Decompose(character, original);
    }
  }

  // The text ends here.
  void Finish() { FlushMarks(); }

 private:
  // A mark that waits until all marks on the same base are there, to be sorted by combining class.
  struct Mark {
    char32_t character;
    std::uint8_t combining_class;
    bool opens_original;  // the first character of the decomposition of an original one
  };

  void Decompose(char32_t character, ByteSpan original) {
    constexpr char32_t kFirstDecomposing = 0xC0;
    if (!options_.strip_accents) {
      Emit(character, original);
      return;
    }
    if (character < kFirstDecomposing) {
      FlushMarks();
      last_original_ = original;
      Emit(character, original);
      return;
    }
    char32_t decomposition[kMaxDecomposition];
    const int count = DecomposeCharacter(character, decomposition);
    for (int i = 0; i < count; ++i) {
      const char32_t part = decomposition[i];
      if ((classes_[part] & kReordered) != 0) {
        marks_.push_back({part, CombiningClass(part), i == 0});
        if (i == 0) mark_originals_.push_back(original);
      } else {
        FlushMarks();
        if (i == 0) last_original_ = original;
        StripAndEmit(part, last_original_);
      }
    }
  }

  // Sorting moves marks but not the bytes they are taken for: the reference hands out the original characters
  // in their own order, one to each mark that opens a decomposition, while the others repeat the one before.
  void FlushMarks() {
    if (marks_.empty()) return;
    const auto by_class = [](const Mark& a, const Mark& b) { return a.combining_class < b.combining_class; };
    if (!std::is_sorted(marks_.begin(), marks_.end(), by_class)) {
      std::stable_sort(marks_.begin(), marks_.end(), by_class);
    }
    std::size_t next_original = 0;
    for (const Mark& mark : marks_) {
      if (mark.opens_original) last_original_ = mark_originals_[next_original++];
      StripAndEmit(mark.character, last_original_);
    }
    marks_.clear();
    mark_originals_.clear();
  }

  void StripAndEmit(char32_t character, ByteSpan original) {
    if ((classes_[character] & kNonspacingMark) == 0) Emit(character, original);
  }

  void Emit(char32_t character, ByteSpan original) {
    if (!options_.lowercase) {
      sink_->Add(character, original);
    } else if (character < 0x80) {
      sink_->Add(character >= U'A' && character <= U'Z' ? character + 0x20 : character, original);
    } else {
      sink_->Add(LowerCase(character), original);
      if (character == kCapitalIWithDot) sink_->Add(kCombiningDotAbove, original);
    }
  }

  BertNormalizerOptions options_;
  const std::uint8_t* classes_;
  Sink* sink_;
  std::vector<Mark> marks_;
  std::vector<ByteSpan> mark_originals_;
  ByteSpan last_original_;
};

}  // namespace lengthwise
