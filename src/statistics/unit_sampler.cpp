#include "statistics/unit_sampler.h"

#include <unordered_map>

#include "base/random.h"

namespace lengthwise {

UnitSampler::UnitSampler(std::span<const std::uint32_t> units, const Clusters& clusters)
    : units_(units.begin(), units.end()) {
  std::unordered_map<std::uint32_t, std::uint32_t> numbers;
  const auto number = [&](std::uint32_t cluster) {
    return numbers.emplace(cluster, static_cast<std::uint32_t>(numbers.size())).first->second;
  };
  for (const std::uint32_t unit : units_) {
    first_.push_back(number(clusters.of.empty() ? unit : clusters.of[unit]));
    second_.push_back(clusters.second.empty() ? first_.back() : number(clusters.second[unit]));
  }
  clusters_ = numbers.size();
}

double UnitSampler::EffectiveClusters() const {
  std::vector<std::uint32_t> of;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    of.push_back(first_[i]);
    if (second_[i] != first_[i]) of.push_back(second_[i]);
  }
  return lengthwise::EffectiveClusters(of);
}

std::vector<UnitCount> UnitSampler::All() const {
  std::vector<UnitCount> all;
  for (const std::uint32_t unit : units_) all.push_back({unit, 1});
  return all;
}

std::vector<UnitCount> UnitSampler::Draw(std::uint64_t seed, std::size_t replicate) const {
  Random random(Random(seed).Next() ^ Random(replicate + 1).Next());
  std::vector<std::uint32_t> counts(clusters_, 0);
  for (std::size_t i = 0; i < clusters_; ++i) ++counts[random.Below(clusters_)];
  std::vector<UnitCount> drawn;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const std::uint32_t count = counts[first_[i]] * (second_[i] == first_[i] ? 1 : counts[second_[i]]);
    if (count > 0) drawn.push_back({units_[i], count});
  }
  return drawn;
}

}  // namespace lengthwise
