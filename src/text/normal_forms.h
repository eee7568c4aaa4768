// The normal forms of Unicode as the `tokenizers` library computes them, by its tables of Unicode 9, and what
// became of each character on the way.
#pragma once

#include <string_view>
#include <vector>

namespace lengthwise {

enum class NormalForm { kNfc, kNfd, kNfkc, kNfkd };

// A character of a changed text. `change` is 0 where it stands for the next character of the text before, 1
// where it was put in beside those, and -n where it stands for the next and the n after it are gone.
struct ChangedCharacter {
  char32_t value = 0;
  int change = 0;
};

// The text in that form.
std::vector<ChangedCharacter> ToNormalForm(NormalForm form, std::u32string_view text);

// Mn, Mc and Me of Unicode 9.
bool IsMark(char32_t character);

// Where the grapheme cluster that begins at `begin` < text.size() ends (UAX 29, extended).
std::size_t GraphemeEnd(std::u32string_view text, std::size_t begin);

}  // namespace lengthwise
