#include "statistics/doubling_buckets.h"

namespace lengthwise {

LengthBucket DoublingBucket(std::size_t tokens, std::size_t first) {
  LengthBucket bucket{.from = 1, .to = first};
  while (bucket.to < tokens) bucket = {.from = bucket.to + 1, .to = 2 * bucket.to};
  return bucket;
}

std::vector<LengthBucket> DoublingBuckets(std::size_t first, std::size_t longest) {
  std::vector<LengthBucket> buckets = {DoublingBucket(1, first)};
  while (buckets.back().to < longest) buckets.push_back(DoublingBucket(buckets.back().to + 1, first));
  buckets.back().to = longest;
  return buckets;
}

}  // namespace lengthwise
