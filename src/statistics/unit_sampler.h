// Drawing units with replacement, cluster by cluster.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "statistics/clusters.h"

namespace lengthwise {

// A unit and how often it was drawn.
struct UnitCount {
  std::uint32_t unit = 0;
  std::uint32_t count = 1;
};

class UnitSampler {
 public:
  // `units` ascending; clusters that none of them belongs to are not drawn.
  UnitSampler(std::span<const std::uint32_t> units, const Clusters& clusters);

  // How many are drawn: an interval rests on so many, however many units they hold.
  std::size_t clusters() const { return clusters_; }

  double EffectiveClusters() const;

  // Each unit once.
  std::vector<UnitCount> All() const;

  // As many clusters as there are, and with each all of its units: ascending, counts above 0. Empty where no
  // pair of clusters that were drawn has a unit. A stream of its own for every replicate, so that threads may
  // take them in any order.
  std::vector<UnitCount> Draw(std::uint64_t seed, std::size_t replicate) const;

 private:
  std::vector<std::uint32_t> units_;
  std::vector<std::uint32_t> first_, second_;  // by place in units_, of the clusters that are drawn
  std::size_t clusters_ = 0;
};

}  // namespace lengthwise
