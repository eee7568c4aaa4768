// Rotary positions: queries and keys turned by angles that grow with the token's position.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "encoder/model_spec.h"

namespace lengthwise {

// Frequencies base^(-2i / width), i < width / 2.
Rotary MakeRotary(double base, std::size_t width);

// The angles of the places at which a model's positions stand: 0, 1, 2, ..., or what a position map makes of
// them.
class RotaryTable {
 public:
  RotaryTable(const Rotary& rotary, std::span<const double> places);

  std::size_t half() const { return frequencies_.size(); }
  // Cosines, then sines, times their scale, of position p: 2 half() floats.
  const float* At(std::size_t p) const { return table_.data() + p * 2 * half(); }
  // The same of a place between positions, into `to`.
  void Between(double place, float* to) const;

 private:
  std::vector<float> frequencies_;
  float scale_;
  std::vector<float> table_;
};

// Turns components i and half + i of `head` by the angle i of `turn` (At or Between).
void Turn(const float* turn, std::size_t half, float* head);

}  // namespace lengthwise
