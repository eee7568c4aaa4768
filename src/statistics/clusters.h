// Units that share a cause, whose scores are therefore alike: drawn together, else intervals come out too
// narrow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lengthwise {

struct Clusters {
  // By unit; empty: every unit is its own.
  std::vector<std::uint32_t> of;
  // By unit, of the same clusters, where a unit has two causes (a pair has two texts); else empty. A unit
  // then counts as often as both were drawn together: the product, or one of them where both are the same.
  std::vector<std::uint32_t> second;
  std::vector<std::string> names;  // by cluster
};

// The clusters of some of the units, in the order given.
Clusters ClustersOf(const Clusters& clusters, std::span<const std::uint32_t> units);

// Units connected by a cause that they share, directly or over other units: the group of each, numbered by
// first unit. `causes` by unit, numbers below `cause_count`; a unit without one is a group by itself.
std::vector<std::uint32_t> ConnectedUnits(std::span<const std::vector<std::uint32_t>> causes,
                                          std::size_t cause_count);

// How many clusters of equal size would tell as much: (sum of sizes)^2 / sum of squared sizes (Kish).
double EffectiveClusters(std::span<const std::uint32_t> of);

}  // namespace lengthwise
