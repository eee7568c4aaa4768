// Buckets of length whose ends double: what happens with length happens by factors.
#pragma once

#include <cstddef>
#include <vector>

#include "lengthwise/length_bucket.h"

namespace lengthwise {

// The one that holds `tokens`, of those of up to `first`, first + 1 to 2 first, 2 first + 1 to 4 first, ...
// tokens.
LengthBucket DoublingBucket(std::size_t tokens, std::size_t first);

// Those up to `longest`, where the last ends.
std::vector<LengthBucket> DoublingBuckets(std::size_t first, std::size_t longest);

}  // namespace lengthwise
