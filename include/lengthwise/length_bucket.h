// Texts of like length.
#pragma once

#include <cstddef>

namespace lengthwise {

// Texts of `from` to `to` tokens, both inclusive, special tokens included.
struct LengthBucket {
  std::size_t from = 1;
  std::size_t to = 1;
  // Of texts that are longer and were cut to `to` tokens; kept apart, since a cut text is not a text of that
  // length.
  bool cut = false;
  bool operator==(const LengthBucket&) const = default;
};

}  // namespace lengthwise
