// What to do with a text that has more tokens than the length in force, or than a window where there are
// windows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lengthwise {

enum class LongInputKind {
  kError,       // refuse, naming the text
  kTruncate,    // keep the first tokens
  kWindowMean,  // embed windows, average their vectors weighted by tokens, normalise if the model does
};

// Lengths are tokens, special tokens included; each window carries its own special tokens.
struct LongInput {
  LongInputKind kind = LongInputKind::kTruncate;
  // Tokens of a window; 0: the length in force.
  std::size_t window = 0;
  // Content tokens from one window's start to the next; 0: no overlap.
  std::size_t stride = 0;
};

// "error", "truncate", "window-mean". Throws kBadInput, naming the choices, for anything else.
LongInputKind ParseLongInputKind(std::string_view name);
const char* LongInputKindName(LongInputKind kind);

}  // namespace lengthwise
