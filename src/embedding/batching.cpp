#include "embedding/batching.h"

#include <algorithm>
#include <numeric>

namespace lengthwise {
namespace {

// Below this a batch no longer pays for reading all weights.
constexpr std::size_t kSmallestBatch = 120;

}  // namespace

std::vector<BatchRange> MakeBatches(std::span<const std::size_t> lengths, std::size_t threads,
                                    std::size_t budget) {
  std::vector<BatchRange> batches;
  std::size_t remaining = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
  std::size_t begin = 0;
  while (begin < lengths.size()) {
    // Each batch is at most the threads' fair share of a quarter of what is left.
    const std::size_t wanted =
        threads == 1 ? budget : std::clamp(remaining / (threads * 4), kSmallestBatch, budget);
    std::size_t end = begin;
    std::size_t tokens = 0;
    do {
      tokens += lengths[end++];
    } while (end < lengths.size() && tokens + lengths[end] <= wanted);
    batches.push_back({begin, end});
    remaining -= tokens;
    begin = end;
  }
  return batches;
}

}  // namespace lengthwise
