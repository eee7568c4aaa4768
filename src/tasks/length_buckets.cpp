#include "tasks/length_buckets.h"

#include <algorithm>
#include <map>

#include "statistics/doubling_buckets.h"

namespace lengthwise {
namespace {

constexpr std::size_t kShortest = 32;  // the first fixed bucket ends here

void Finish(std::span<const std::size_t> lengths, UnitBucket& bucket) {
  std::sort(bucket.units.begin(), bucket.units.end());
  double sum = 0;
  for (const std::uint32_t unit : bucket.units) sum += static_cast<double>(lengths[unit]);
  bucket.length = sum / static_cast<double>(bucket.units.size());
}

std::vector<UnitBucket> FixedBuckets(std::span<const std::size_t> lengths) {
  std::map<std::size_t, UnitBucket> buckets;  // by longest length
  for (std::uint32_t unit = 0; unit < lengths.size(); ++unit) {
    if (lengths[unit] == 0) continue;
    const LengthBucket range = DoublingBucket(lengths[unit], kShortest);
    UnitBucket& bucket = buckets[range.to];
    static_cast<LengthBucket&>(bucket) = range;
    bucket.units.push_back(unit);
  }
  std::vector<UnitBucket> result;
  for (auto& [to, bucket] : buckets) result.push_back(std::move(bucket));
  return result;
}

std::vector<UnitBucket> EqualCountBuckets(std::span<const std::size_t> lengths) {
  std::vector<std::uint32_t> units;
  for (std::uint32_t unit = 0; unit < lengths.size(); ++unit) {
    if (lengths[unit] > 0) units.push_back(unit);
  }
  std::stable_sort(units.begin(), units.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return lengths[a] < lengths[b]; });
  std::vector<UnitBucket> result;
  std::size_t begin = 0;
  for (std::size_t b = 1; b <= kEqualCountBuckets; ++b) {
    std::size_t end = units.size() * b / kEqualCountBuckets;
    while (end > begin && end < units.size() && lengths[units[end]] == lengths[units[end - 1]]) ++end;
    if (end <= begin) continue;
    UnitBucket bucket;
    bucket.from = lengths[units[begin]];
    bucket.to = lengths[units[end - 1]];
    bucket.units.assign(units.begin() + static_cast<std::ptrdiff_t>(begin),
                        units.begin() + static_cast<std::ptrdiff_t>(end));
    result.push_back(std::move(bucket));
    begin = end;
  }
  return result;
}

}  // namespace

const char* BucketKindName(BucketKind kind) {
  return kind == BucketKind::kFixed ? "fixed" : "equal_count";
}

std::vector<UnitBucket> BucketUnits(std::span<const std::size_t> lengths, BucketKind kind) {
  std::vector<UnitBucket> buckets =
      kind == BucketKind::kFixed ? FixedBuckets(lengths) : EqualCountBuckets(lengths);
  for (UnitBucket& bucket : buckets) Finish(lengths, bucket);
  return buckets;
}

}  // namespace lengthwise
