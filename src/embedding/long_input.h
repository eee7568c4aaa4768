// Cutting a long text into the windows that its policy asks for.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lengthwise/long_input.h"

namespace lengthwise {

// Content tokens [begin, end) of a text. Special tokens are put around them later and are not counted.
struct Window {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
  bool operator==(const Window&) const = default;
};

// What of a text, beside the number of its tokens, says how it is cut.
struct TextStructure {
  // Content tokens up to the end of each sentence, the last up to the end of the text; empty where windows
  // end anywhere.
  std::vector<std::size_t> sentence_ends;
  // Tokens of the title that are put before every window but the first; fewer than a window holds.
  std::size_t title = 0;
};

// Throws kBadInput unless `policy` can be carried out: `length_in_force` and the window hold the special
// tokens and at least one token more, the window is not longer than `length_in_force`, the stride skips no
// token, and what is about windows is given only to the policy that has windows. Lengths include
// `special_tokens`; the stride does not.
void CheckLongInput(const LongInput& policy, std::size_t special_tokens, std::size_t length_in_force);

// Throws kBadInput where a text has several vectors.
void CheckOneVector(const LongInput& policy);

// Content tokens of a title of `tokens` that are put before a window.
std::size_t RepeatedTitle(std::size_t tokens, std::size_t special_tokens, std::size_t length_in_force,
                          const LongInput& policy);

// The windows of one text, in order; at least one, which is empty for an empty text. A text that fits the
// length in force, or where there are windows the window, is one window. A longer one is
//   kTruncate    its first tokens,
//   kWindowMean, kLeadBody, kWindows
//                windows of equal size (but for the title, and where they end after sentences), `stride`
//                apart, until one reaches the end: together they hold every token, and each holds a token
//                that the one before does not,
//   kError       an Error (kBadInput) that gives its length and place: `text` is its index, from 0.
// `policy` has passed CheckLongInput with the same lengths.
std::vector<Window> MakeWindows(std::size_t content_tokens, std::size_t special_tokens,
                                std::size_t length_in_force, const LongInput& policy, std::size_t text,
                                const TextStructure& structure = {});

// Content tokens that at least one window holds; `windows` come from MakeWindows.
std::size_t CoveredTokens(std::span<const Window> windows);

}  // namespace lengthwise
