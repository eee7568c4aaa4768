#include "encoder/relative_bias.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace lengthwise {
std::size_t RelativePositionBucket(std::int64_t distance, std::size_t buckets, std::size_t most) {
  const std::size_t half = buckets / 2;
  const std::size_t direction = distance > 0 ? half : 0;
  const auto reach = static_cast<std::size_t>(std::abs(distance));
  const std::size_t exact = half / 2;
  if (reach < exact) return direction + reach;
  // In float, as the reference computes it: the edges of the buckets are where its rounding puts them.
  const float scale = std::log(static_cast<float>(reach) / static_cast<float>(exact)) /
                      static_cast<float>(std::log(static_cast<double>(most) / static_cast<double>(exact)));
  const auto far = exact + static_cast<std::size_t>(scale * static_cast<float>(half - exact));
  return direction + std::min(far, half - 1);
}

std::vector<float> SpreadRelativeBias(std::span<const float> table, std::size_t buckets, std::size_t most,
                                      std::size_t heads, std::size_t positions) {
  const std::size_t width = 2 * positions - 1;
  std::vector<float> spread(heads * width);
  for (std::size_t i = 0; i < width; ++i) {
    const auto distance = static_cast<std::int64_t>(i) - static_cast<std::int64_t>(positions - 1);
    const std::size_t bucket = RelativePositionBucket(distance, buckets, most);
    for (std::size_t h = 0; h < heads; ++h) spread[h * width + i] = table[bucket * heads + h];
  }
  return spread;
}

std::vector<float> DistanceSlopes(std::size_t heads) {
  std::size_t power = 1;
  while (2 * power <= heads) power *= 2;
  const auto slopes = [](std::size_t count, std::size_t first, std::size_t step, std::size_t wanted) {
    std::vector<float> made;
    for (std::size_t i = first; made.size() < wanted; i += step)
      made.push_back(
          static_cast<float>(std::exp2(-8.0 * static_cast<double>(i + 1) / static_cast<double>(count))));
    return made;
  };
  std::vector<float> all = slopes(power, 0, 1, power);
  // The other heads take every second of twice as many.
  const std::vector<float> more = slopes(2 * power, 0, 2, heads - power);
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<float> SpreadDistancePenalty(std::size_t heads, std::size_t positions) {
  const std::vector<float> slopes = DistanceSlopes(heads);
  const std::size_t width = 2 * positions - 1;
  std::vector<float> spread(heads * width);
  for (std::size_t h = 0; h < heads; ++h) {
    for (std::size_t i = 0; i < width; ++i) {
      const auto distance = static_cast<std::int64_t>(i) - static_cast<std::int64_t>(positions - 1);
      spread[h * width + i] = -slopes[h] * static_cast<float>(std::abs(distance));
    }
  }
  return spread;
}

}  // namespace lengthwise
