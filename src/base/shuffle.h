// Uniform orders.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/random.h"

namespace lengthwise {

// Puts the values into an order drawn uniformly (Fisher and Yates).
template <typename T>
void Shuffle(std::vector<T>& values, Random& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.Below(i)]);
}

// 0 ... count - 1 in such an order.
inline std::vector<std::size_t> RandomOrder(std::size_t count, Random& random) {
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  Shuffle(order, random);
  return order;
}

}  // namespace lengthwise
