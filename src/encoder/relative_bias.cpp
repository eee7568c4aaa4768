#include "encoder/relative_bias.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace lengthwise {
namespace {

constexpr float kMaxDistance = 128.0F;

}  // namespace

std::size_t RelativePositionBucket(std::int64_t distance, std::size_t buckets) {
  const std::size_t half = buckets / 2;
  const std::size_t direction = distance > 0 ? half : 0;
  const auto reach = static_cast<std::size_t>(std::abs(distance));
  const std::size_t exact = half / 2;
  if (reach < exact) return direction + reach;
  // In float, as the reference computes it: the edges of the buckets are where its rounding puts them.
  const float scale =
      std::log(static_cast<float>(reach) / static_cast<float>(exact)) /
      static_cast<float>(std::log(static_cast<double>(kMaxDistance) / static_cast<double>(exact)));
  const auto far = exact + static_cast<std::size_t>(scale * static_cast<float>(half - exact));
  return direction + std::min(far, half - 1);
}

std::vector<float> SpreadRelativeBias(std::span<const float> table, std::size_t buckets, std::size_t heads,
                                      std::size_t positions) {
  const std::size_t width = 2 * positions - 1;
  std::vector<float> spread(heads * width);
  for (std::size_t i = 0; i < width; ++i) {
    const auto distance = static_cast<std::int64_t>(i) - static_cast<std::int64_t>(positions - 1);
    const std::size_t bucket = RelativePositionBucket(distance, buckets);
    for (std::size_t h = 0; h < heads; ++h) spread[h * width + i] = table[bucket * heads + h];
  }
  return spread;
}

}  // namespace lengthwise
