// Cutting a list of sequences into batches for the threads.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lengthwise {

// Sequences [begin, end) of the list.
struct BatchRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Tokens of a batch that one thread runs: enough that reading the weights (42 MB for six layers of 384) costs
// little, small enough that activations stay near.
inline constexpr std::size_t kBatchTokens = 480;

// Consecutive batches of about `budget` tokens; towards the end of the list smaller ones, so that all threads
// finish together. A sequence is never cut; one that is longer than the budget is a batch of its own.
std::vector<BatchRange> MakeBatches(std::span<const std::size_t> lengths, std::size_t threads,
                                    std::size_t budget);

}  // namespace lengthwise
