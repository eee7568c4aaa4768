// What a simulation of the theory runs over, and how its work is cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace lengthwise {

struct TheoryOptions {
  std::vector<double> sigmas = {0.25, 0.5, 1, 1.5, 2, 3};                // ascending
  std::vector<std::size_t> lengths = {16, 32, 64, 128, 256, 512, 1024};  // ascending, in tokens
  std::vector<std::size_t> head_sizes = {32, 64};                        // ascending
  // Of the longest lengths; DrawsAt says how many shorter ones get.
  std::size_t draws = 32;
  std::uint64_t seed = 1;
  double confidence = 0.95;
};

// What is taken. Attention matrices are held whole, and beyond the largest sigma_s one weight of each row
// is 1.
inline constexpr double kLeastTheorySigma = 0.01;
inline constexpr double kLargestTheorySigma = 8;
inline constexpr std::size_t kShortestTheoryLength = 4;
inline constexpr std::size_t kLongestTheoryLength = 4096;
inline constexpr std::size_t kLargestTheoryHead = 1024;
inline constexpr std::size_t kFewestTheoryDraws = 4;
inline constexpr std::size_t kMostTheoryDraws = 10000;

// Throws kBadInput, whose message begins with the option ("head size: ..."), for one that is out of its
// range, not ascending, or too short: at least one sigma from 0.01, two lengths from 4, one head size from 1
// to 1024, 4 to 10,000 draws.
void CheckTheoryOptions(const TheoryOptions& options);

// Draws at n tokens: more of the shorter ones, which vary more and cost less, up to 8 times as many.
std::size_t DrawsAt(const TheoryOptions& options, std::size_t n);

// The first, middle and last of the lengths up to `longest` (the first length alone if none is), for
// experiments whose cost does not allow all.
std::vector<std::size_t> ThinnedLengths(const TheoryOptions& options, std::size_t longest);

// A piece of a simulation: independent of every other, so that they run in any order on any thread. Results
// go to places of their own.
struct TheoryTask {
  double cost = 0;  // rough, in arithmetic operations
  std::function<void()> run;
};

}  // namespace lengthwise
