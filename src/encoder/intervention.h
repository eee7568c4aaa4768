// Changes of the computation that are experiments, not repairs: what would the model do if ...
#pragma once

#include <cstddef>
#include <vector>

#include "lengthwise/head_output.h"

namespace lengthwise {

struct Intervention {
  // [layer * heads + head]; empty: keep all.
  std::vector<HeadOutput> head_output;
  // If > 0: a sequence of n > position_range tokens has its learned positions interpolated linearly into the
  // range, token p at p (position_range - 1) / (n - 1) (position interpolation, arXiv 2306.15595, for learned
  // tables).
  std::size_t position_range = 0;
  // If not empty: token t of every sequence, special tokens included, has the learned position that belongs
  // to place positions[t] of the same sequence; a place may occur twice. As many as each sequence has tokens;
  // not beside position_range. A relative position bias stays that of the tokens' own places.
  std::vector<std::size_t> positions;
  // If moved_by > 0: the tokens from place `moved_from` of every sequence on have learned positions so many
  // further out, so what stands before them keeps its own. Not beside the two above.
  std::size_t moved_from = 0;
  std::size_t moved_by = 0;
};

// Where token t stands, of its own sequence's positions and before it is moved; how far it is moved.
inline std::size_t PlaceOf(const Intervention& intervention, std::size_t t) {
  return intervention.positions.empty() ? t : intervention.positions[t];
}
inline std::size_t MovedBy(const Intervention& intervention, std::size_t t) {
  return t < intervention.moved_from ? 0 : intervention.moved_by;
}
// Whether a sequence of so many tokens has its positions interpolated, and the place of position p in it.
inline bool Interpolates(const Intervention& intervention, std::size_t tokens) {
  return intervention.position_range > 0 && tokens > intervention.position_range;
}
inline double InterpolatedPlace(const Intervention& intervention, std::size_t p, std::size_t tokens) {
  return static_cast<double>(p) * static_cast<double>(intervention.position_range - 1) /
         static_cast<double>(tokens - 1);
}

// Applies `mode` to O, rows `stride` floats apart.
void ApplyHeadOutput(HeadOutput mode, float* output, std::size_t stride, std::size_t tokens,
                     std::size_t head_size);

}  // namespace lengthwise
