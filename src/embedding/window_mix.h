// The windows of a text made one vector, or a few.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lengthwise/long_input.h"

namespace lengthwise {

// `windows` [n x vector.size()], row-major, in the order in which they stand in the text, n >= 1; `tokens` of
// each, special tokens included. Under
//   kLeadBody  normalise(lead w + (1 - lead) normalise(sum of all w_i)), windows scaled to unit length first;
//   else       their mean weighted by tokens, scaled to unit length if `unit_length`; one window stays as it
//              is.
// Where the windows of kLeadBody cancel each other, the body counts for nothing.
void MixWindows(const LongInput& policy, std::span<const float> windows,
                std::span<const std::uint32_t> tokens, bool unit_length, std::span<float> vector);

// The vectors of a text that has several.
struct SeveralVectors {
  std::vector<float> values;         // [n x dimension], row-major, n >= 1
  std::vector<std::size_t> windows;  // how many windows, that follow each other, each row is of
};

// Those under kWindows.
SeveralVectors WindowVectors(const LongInput& policy, std::span<const float> windows, std::size_t dimension);

}  // namespace lengthwise
