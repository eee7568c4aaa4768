// Units of a task grouped by length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/evaluation_result.h"
#include "lengthwise/length_bucket.h"

namespace lengthwise {

// A length of every unit of a task, in tokens, whole text and special tokens included; 0: the unit has none
// (a query without a relevant document).
struct UnitLengths {
  std::string of;  // "relevant_document", "query", "text", or "pair": the mean of the two
  std::vector<std::size_t> tokens;
};

// Of kEqualCount, `from` and `to` are lengths that occur.
struct UnitBucket : LengthBucket {
  double length = 0;  // mean of its units
  std::vector<std::uint32_t> units;
};

// Equal-count buckets: quartiles. Units of one length stand in one bucket.
inline constexpr std::size_t kEqualCountBuckets = 4;

// The buckets that are not empty, by ascending length.
std::vector<UnitBucket> BucketUnits(std::span<const std::size_t> lengths, BucketKind kind);

}  // namespace lengthwise
