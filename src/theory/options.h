// What a simulation of the theory runs over, and how its work is cut.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "lengthwise/theory.h"

namespace lengthwise {

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
