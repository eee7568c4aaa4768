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
  // One vector of unit length: normalise(lead w + (1 - lead) normalise(sum of all w_i)), w_i the windows'
  // vectors and w the first. Every vector of the model, a query's too, is scaled to unit length before any
  // post-processing. The beginning counts for more, as it says what a text is. A query is not split: it is
  // read up to the length in force.
  kLeadBody,
  // Several vectors a text, of unit length: those of its windows, or of `vectors` groups of neighbouring
  // windows. Queries as under kLeadBody.
  kWindows,
};

enum class WindowEnds {
  kTokens,  // when it is full
  // After the last sentence that it holds whole; a sentence that is longer than a window is cut by tokens.
  kSentences,
};

inline constexpr double kDefaultLead = 0.3;

// Lengths are tokens, special tokens included; each window carries its own special tokens.
struct LongInput {
  LongInputKind kind = LongInputKind::kTruncate;
  // Tokens of a window; 0: the length in force.
  std::size_t window = 0;
  // Content tokens from one window's start to the next; 0: no overlap. A window that ends after a sentence
  // begins with one too: as early as that, and where the sentence after the last window's still fits.
  std::size_t stride = 0;
  // kLeadBody, and kWindows with `add_body`, from 0 to 1: the share of the first window.
  double lead = kDefaultLead;
  // kWindows alone: the most vectors a text. Windows that stand together are merged until there are no more,
  // each time the two groups that lose least (Ward's criterion); a group's vector is its mean, scaled to unit
  // length. 0: a vector a window.
  std::size_t vectors = 0;
  // kWindows alone: to each vector the text's lead-body is added, and the sum not scaled: its inner product
  // with a query is the sum of two cosines, so that the best vector scores what the best window and the whole
  // text do.
  bool add_body = false;
  WindowEnds window_ends = WindowEnds::kTokens;
  // A document's title, which its text begins with, is put before every other window too: as many of its
  // tokens as take half the window. Where windows overlap, they share as large a part of what is left.
  bool repeat_title = false;
  // Late chunking (arXiv 2409.04701): windows that stand together go through the model in one pass, as many
  // as the length in force takes, so that each is read with the others about it, and then each is pooled over
  // its own tokens. The special tokens belong to the first and the last of a pass.
  bool late_chunking = false;
  bool operator==(const LongInput&) const = default;
};

// Whether a text is cut into windows that are all embedded.
bool HasWindows(LongInputKind kind);
// Whether the vectors that are mixed are scaled to unit length first, and queries are not split.
bool MixesUnitVectors(LongInputKind kind);

// "error", "truncate", "window-mean", "lead-body", "windows". Throws kBadInput, naming the choices, for
// anything else.
LongInputKind ParseLongInputKind(std::string_view name);
const char* LongInputKindName(LongInputKind kind);

// "tokens", "sentences". Throws as ParseLongInputKind.
WindowEnds ParseWindowEnds(std::string_view name);
const char* WindowEndsName(WindowEnds ends);

}  // namespace lengthwise
