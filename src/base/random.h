// Small seeded generators whose output is the same on every platform (the standard distributions are not).
#pragma once

#include <cstdint>

namespace lengthwise {

// SplitMix64 (Steele, Lea, Flood 2014): one addition and a mix a draw.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }

  // Uniform in [0, 1), 53 bits.
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

  // Uniform in [0, bound); bound > 0. Multiply-shift, bias below bound / 2^64.
  std::uint64_t Below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<__uint128_t>(Next()) * bound) >> 64);
  }

  // Standard normal (Marsaglia's polar method).
  double Normal();

 private:
  std::uint64_t state_;
};

}  // namespace lengthwise
