#include "encoder/rotary.h"

#include <cmath>

namespace lengthwise {

Rotary MakeRotary(double base, std::size_t width) {
  Rotary rotary;
  for (std::size_t i = 0; i < width / 2; ++i) {
    // In float, as the references compute it: far positions multiply its rounding.
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(width);
    rotary.frequencies.push_back(1.0F / static_cast<float>(std::pow(base, double{exponent})));
  }
  return rotary;
}

RotaryTable::RotaryTable(const Rotary& rotary, std::span<const double> places)
    : frequencies_(rotary.frequencies),
      scale_(rotary.scale),
      table_(places.size() * 2 * frequencies_.size()) {
  for (std::size_t p = 0; p < places.size(); ++p) Between(places[p], table_.data() + p * 2 * half());
}

void RotaryTable::Between(double place, float* to) const {
  const auto position = static_cast<float>(place);
  for (std::size_t i = 0; i < half(); ++i) {
    const float angle = position * frequencies_[i];
    to[i] = scale_ * std::cos(angle);
    to[half() + i] = scale_ * std::sin(angle);
  }
}

void Turn(const float* turn, std::size_t half, float* head) {
  const float* const cosine = turn;
  const float* const sine = turn + half;
  for (std::size_t i = 0; i < half; ++i) {
    const float first = head[i];
    const float second = head[half + i];
    head[i] = first * cosine[i] - second * sine[i];
    head[half + i] = second * cosine[i] + first * sine[i];
  }
}

}  // namespace lengthwise
