// Relative position bias: a number for each head and distance, added to attention scores (T5, arXiv
// 1910.10683; MPNet, arXiv 2004.09297).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lengthwise {

// The bucket of key minus query position: half of the buckets for each direction, the near distances one by
// one, farther ones on a logarithmic scale up to `most` and beyond in the last (transformers'
// MPNetEncoder.relative_position_bucket).
std::size_t RelativePositionBucket(std::int64_t distance, std::size_t buckets, std::size_t most = 128);

// The table [buckets x heads] spread over distances: [heads][2 * positions - 1], distance d at index d +
// positions - 1.
std::vector<float> SpreadRelativeBias(std::span<const float> table, std::size_t buckets, std::size_t most,
                                      std::size_t heads, std::size_t positions);

// ALiBi (arXiv 2108.12409): head h's score of two tokens falls by slope h for each token between them;
// 2^(-8 (h + 1) / heads) where heads are a power of two, and else as the paper's own code chooses. Spread
// over distances as above.
std::vector<float> DistanceSlopes(std::size_t heads);
std::vector<float> SpreadDistancePenalty(std::size_t heads, std::size_t positions);

}  // namespace lengthwise
