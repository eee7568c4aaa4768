// Documents drawn at random from those that are long enough, for several lengths, of which the longest that
// enough documents have is used in the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "collapse/arms.h"

namespace lengthwise {

// Gathers documents one by one; holds no more than it will use, whatever the input holds.
class LengthSample {
 public:
  // `tokens`: the lengths, in content tokens, ascending. At most `documents` of each, drawn by the seed.
  LengthSample(std::span<const std::size_t> tokens, std::size_t documents, std::uint64_t seed);

  void Add(const TokenizedDocument& document);

  // How many documents have a length.
  std::size_t eligible(std::size_t length) const { return levels_[length].eligible; }
  // How many of the lengths, from the shortest on, at least `minimum` documents have.
  std::size_t Reached(std::size_t minimum) const;
  // Content of those drawn, cut to the length, in an order drawn at random.
  std::vector<std::vector<std::int32_t>> Documents(std::size_t length) const;

 private:
  struct Candidate {
    std::uint64_t key = 0;  // of the sample's own ranks (SampleRank)
    std::vector<std::int32_t> content;
  };
  // The documents that have at least so many tokens: those of the smallest ranks.
  struct Level {
    std::size_t tokens = 0;
    std::size_t eligible = 0;
    std::vector<Candidate> candidates;
  };

  std::size_t capacity_;
  std::uint64_t stream_;
  std::vector<Level> levels_;
};

}  // namespace lengthwise
