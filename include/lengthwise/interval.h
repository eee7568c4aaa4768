// A number with its interval. An absent value is one that is not defined, never NaN.
#pragma once

#include <optional>

namespace lengthwise {

struct Interval {
  std::optional<double> estimate;
  // Both or neither.
  std::optional<double> low;
  std::optional<double> high;
};

}  // namespace lengthwise
