#include "text/normal_forms.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/fail.h"
#include "text/unicode.h"

namespace lengthwise {
namespace {

const UNormalizer2* Instance(bool compatibility) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* instance =
      compatibility ? unorm2_getNFKCInstance(&status) : unorm2_getNFCInstance(&status);
  if (U_FAILURE(status)) Fail(ErrorCode::kInternal, "ICU has no normal forms: {}", u_errorName(status));
  return instance;
}

// Whether Unicode 9 had the character.
bool IsOfUnicode9(char32_t character) {
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(character), age);
  return age[0] > 0 && age[0] <= 9;
}

std::uint8_t ClassOf(char32_t character) {
  return (CharacterClasses()[character] & kReordered) != 0 ? CombiningClass(character) : std::uint8_t{0};
}

// Decomposes, and sorts the marks on each base by their class.
class Decomposer {
 public:
  explicit Decomposer(bool compatibility) : compatibility_(compatibility), icu_(Instance(compatibility)) {}

  std::vector<ChangedCharacter> Run(std::u32string_view text) {
    out_.reserve(text.size());
    for (const char32_t character : text) Add(character);
    Sort();
    return std::move(out_);
  }

 private:
  void Add(char32_t character) {
    constexpr char32_t kFirstDecomposing = 0xA0;
    if (character < kFirstDecomposing) {
      Push(character, true);
      return;
    }
    if (!compatibility_) {
      char32_t parts[kMaxDecomposition];
      const int count = DecomposeCharacter(character, parts);
      for (int i = 0; i < count; ++i) Push(parts[i], i == 0);
      return;
    }
    constexpr int kLongest = 64;  // U+FDFA becomes 18 characters
    UChar buffer[kLongest];
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t length =
        unorm2_getDecomposition(icu_, static_cast<UChar32>(character), buffer, kLongest, &status);
    if (length <= 0 || U_FAILURE(status) || !IsOfUnicode9(character)) {
      Push(character, true);
      return;
    }
    for (std::int32_t i = 0; i < length;) {
      const bool first = i == 0;
      UChar32 part = 0;
      U16_NEXT(buffer, i, length, part);
      Push(static_cast<char32_t>(part), first);
    }
  }

  void Push(char32_t character, bool first) {
    if (character < 0x300 || ClassOf(character) == 0) Sort();
    out_.push_back({character, first ? 0 : 1});
    if (character < 0x300 || ClassOf(character) == 0) sorted_ = out_.size();
  }

  void Sort() {
    const auto marks = out_.begin() + static_cast<std::ptrdiff_t>(sorted_);
    if (out_.end() - marks > 1) {
      std::stable_sort(marks, out_.end(), [](const ChangedCharacter& a, const ChangedCharacter& b) {
        return ClassOf(a.value) < ClassOf(b.value);
      });
    }
    sorted_ = out_.size();
  }

  bool compatibility_;
  const UNormalizer2* icu_;
  std::vector<ChangedCharacter> out_;
  std::size_t sorted_ = 0;  // from here on, marks wait for the last of them
};

// One character for two, or 0.
char32_t Compose(const UNormalizer2* icu, char32_t first, char32_t second) {
  if (second < 0x300) return 0;
  const UChar32 pair = unorm2_composePair(icu, static_cast<UChar32>(first), static_cast<UChar32>(second));
  return pair >= 0 && IsOfUnicode9(static_cast<char32_t>(pair)) ? static_cast<char32_t>(pair) : 0;
}

// Each base takes the marks after it that are not blocked by another (UAX 15). What composes stands for all
// it was made of.
std::vector<ChangedCharacter> Composed(const std::vector<ChangedCharacter>& text) {
  const UNormalizer2* icu = Instance(false);
  std::vector<ChangedCharacter> out;
  out.reserve(text.size());
  std::size_t base = text.size();  // where in `out` the last base stands
  bool has_base = false;
  bool has_marks = false;  // after the base, which did not compose with it
  std::uint8_t last_class = 0;
  for (const ChangedCharacter& next : text) {
    const std::uint8_t next_class = ClassOf(next.value);
    if (has_base && (!has_marks || last_class < next_class)) {
      if (const char32_t pair = Compose(icu, out[base].value, next.value); pair != 0) {
        out[base] = {pair, out[base].change + next.change - 1};
        continue;
      }
    }
    if (next_class == 0) {
      base = out.size();
      has_base = true;
      has_marks = false;
    } else if (has_base) {
      has_marks = true;
      last_class = next_class;
    }
    out.push_back(next);
  }
  return out;
}

UGraphemeClusterBreak BreakClass(char32_t character) {
  if (character == 0x897) return U_GCB_EXTEND;  // since Unicode 16, which ICU before 76 does not know
  return static_cast<UGraphemeClusterBreak>(
      u_getIntPropertyValue(static_cast<UChar32>(character), UCHAR_GRAPHEME_CLUSTER_BREAK));
}

bool HangulJoins(UGraphemeClusterBreak before, UGraphemeClusterBreak after) {
  switch (before) {
    case U_GCB_L:
      return after == U_GCB_L || after == U_GCB_V || after == U_GCB_LV || after == U_GCB_LVT;
    case U_GCB_LV:
    case U_GCB_V:
      return after == U_GCB_V || after == U_GCB_T;
    case U_GCB_LVT:
    case U_GCB_T:
      return after == U_GCB_T;
    default:
      return false;
  }
}

bool IsPictograph(char32_t character) {
  return u_hasBinaryProperty(static_cast<UChar32>(character), UCHAR_EXTENDED_PICTOGRAPHIC) != 0;
}

}  // namespace

std::vector<ChangedCharacter> ToNormalForm(NormalForm form, std::u32string_view text) {
  const bool compatibility = form == NormalForm::kNfkc || form == NormalForm::kNfkd;
  std::vector<ChangedCharacter> decomposed = Decomposer(compatibility).Run(text);
  return form == NormalForm::kNfc || form == NormalForm::kNfkc ? Composed(decomposed) : decomposed;
}

bool IsMark(char32_t character) {
  if (character < 0x300) return false;
  if (character == 0x1CF2 || character == 0x1CF3) return true;  // letters since Unicode 12
  if (character == 0x111C9) return false;                       // a mark since Unicode 11
  return (U_MASK(u_charType(static_cast<UChar32>(character))) & U_GC_M_MASK) != 0 && IsOfUnicode9(character);
}

std::size_t GraphemeEnd(std::u32string_view text, std::size_t begin) {
  UGraphemeClusterBreak before = BreakClass(text[begin]);
  bool pictograph = IsPictograph(text[begin]);  // and what joins it since
  std::size_t regional = before == U_GCB_REGIONAL_INDICATOR ? 1 : 0;
  std::size_t end = begin + 1;
  for (; end < text.size(); ++end) {
    const UGraphemeClusterBreak after = BreakClass(text[end]);
    const auto control = [](UGraphemeClusterBreak c) {
      return c == U_GCB_CONTROL || c == U_GCB_CR || c == U_GCB_LF;
    };
    if (before == U_GCB_CR && after == U_GCB_LF) return end + 1;
    if (control(before) || control(after)) break;
    const bool extends = after == U_GCB_EXTEND || after == U_GCB_ZWJ || after == U_GCB_SPACING_MARK;
    const bool joins = extends || before == U_GCB_PREPEND || HangulJoins(before, after) ||
                       (pictograph && before == U_GCB_ZWJ && IsPictograph(text[end])) ||
                       (regional % 2 == 1 && after == U_GCB_REGIONAL_INDICATOR);
    if (!joins) break;
    regional = after == U_GCB_REGIONAL_INDICATOR ? regional + 1 : 0;
    pictograph = IsPictograph(text[end]) || (pictograph && (after == U_GCB_EXTEND || after == U_GCB_ZWJ));
    before = after;
  }
  return end;
}

}  // namespace lengthwise
