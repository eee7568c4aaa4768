#include "statistics/clusters.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace lengthwise {
namespace {

// The root of a tree of units; the way to it is shortened.
std::uint32_t RootOf(std::vector<std::uint32_t>& parents, std::uint32_t unit) {
  while (parents[unit] != unit) unit = parents[unit] = parents[parents[unit]];
  return unit;
}

}  // namespace

Clusters ClustersOf(const Clusters& clusters, std::span<const std::uint32_t> units) {
  Clusters chosen;
  for (const std::uint32_t unit : units) {
    if (!clusters.of.empty()) chosen.of.push_back(clusters.of[unit]);
    if (!clusters.second.empty()) chosen.second.push_back(clusters.second[unit]);
  }
  chosen.names = clusters.names;
  return chosen;
}

std::vector<std::uint32_t> ConnectedUnits(std::span<const std::vector<std::uint32_t>> causes,
                                          std::size_t cause_count) {
  constexpr std::uint32_t kNobody = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> parents(causes.size());
  std::iota(parents.begin(), parents.end(), 0U);
  std::vector<std::uint32_t> first_with(cause_count, kNobody);
  for (std::uint32_t unit = 0; unit < causes.size(); ++unit) {
    for (const std::uint32_t cause : causes[unit]) {
      if (first_with[cause] == kNobody) first_with[cause] = unit;
      const std::uint32_t a = RootOf(parents, unit);
      const std::uint32_t b = RootOf(parents, first_with[cause]);
      parents[std::max(a, b)] = std::min(a, b);
    }
  }
  // A root is the first unit of its group, and has its number before any other unit asks for it.
  std::vector<std::uint32_t> number(causes.size());
  std::uint32_t groups = 0;
  for (std::uint32_t unit = 0; unit < causes.size(); ++unit) {
    const std::uint32_t root = RootOf(parents, unit);
    number[unit] = root == unit ? groups++ : number[root];
  }
  return number;
}

double EffectiveClusters(std::span<const std::uint32_t> of) {
  if (of.empty()) return 0;
  std::vector<double> sizes(*std::max_element(of.begin(), of.end()) + std::size_t{1}, 0.0);
  for (const std::uint32_t cluster : of) sizes[cluster] += 1;
  double squares = 0;
  for (const double size : sizes) squares += size * size;
  const auto count = static_cast<double>(of.size());
  return count * count / squares;
}

}  // namespace lengthwise
