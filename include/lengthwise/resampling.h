// How everything that is resampled is resampled.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lengthwise {

struct ResamplingOptions {
  std::uint64_t seed = 1;
  std::size_t replicates = 1000;  // bootstrap resamples, and permutations
  double confidence = 0.95;
};

}  // namespace lengthwise
