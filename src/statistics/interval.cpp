#include "statistics/interval.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace lengthwise {

double SortedQuantile(std::span<const double> sorted, double p) {
  const double position = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Interval PercentileInterval(double estimate, double centre, std::span<const double> replicates,
                            double confidence, std::size_t kept, std::size_t count) {
  Interval interval;
  interval.estimate = estimate;
  if (replicates.empty() || kept < kMinimumForInterval) return interval;
  std::vector<double> sorted(replicates.begin(), replicates.end());
  std::sort(sorted.begin(), sorted.end());
  const double tail = (1 - confidence) / 2;
  if (kept == count) {
    interval.low = SortedQuantile(sorted, tail);
    interval.high = SortedQuantile(sorted, 1 - tail);
  } else {
    const double scale = std::sqrt(static_cast<double>(kept) / static_cast<double>(count));
    interval.low = estimate + scale * (SortedQuantile(sorted, tail) - centre);
    interval.high = estimate + scale * (SortedQuantile(sorted, 1 - tail) - centre);
  }
  return interval;
}

}  // namespace lengthwise
