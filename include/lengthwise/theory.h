// Simulations of attention without data, and what they say of the theory of length collapse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lengthwise/progress.h"

namespace lengthwise {

struct TheoryOptions {
  std::vector<double> sigmas = {0.25, 0.5, 1, 1.5, 2, 3};                // ascending
  std::vector<std::size_t> lengths = {16, 32, 64, 128, 256, 512, 1024};  // ascending, in tokens
  std::vector<std::size_t> head_sizes = {32, 64};                        // ascending
  // Of the longest lengths; shorter ones get up to 8 times as many.
  std::size_t draws = 32;
  std::uint64_t seed = 1;
  double confidence = 0.95;

  std::size_t threads = 0;           // 0: as many as the process may run on
  std::vector<std::string> command;  // that the document names, program name first
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

// Throws kBadInput, naming the option, for one that is out of its range, not ascending, or too short: at
// least one sigma, two lengths, one head size.
void CheckTheoryOptions(const TheoryOptions& options);

enum class VerdictStatus { kTrue, kFalse, kTrueWhere, kUndecided };
// "true", "false", "true where", "undecided".
const char* VerdictStatusName(VerdictStatus status);

// Of a simulated grid.
struct CellCounts {
  std::size_t hold = 0;
  std::size_t fail = 0;
  std::size_t undecided = 0;
};

// A statement tested: what came out, and where, in words made from the grid.
struct Verdict {
  std::string claim;  // short name of what is tested: "bound"
  std::string statement;
  VerdictStatus status = VerdictStatus::kUndecided;
  std::string region;
  CellCounts cells;
  std::vector<std::pair<std::string, double>> numbers;
};

struct TheoryResult {
  std::vector<Verdict> verdicts;
  // All of it: JSON as docs/theory.schema.json says.
  std::string document;
};

// The same options give the same result at any number of threads, each of which holds two or three [n x n]
// matrices of doubles. Progress is in parts of the work. Throws kBadInput as CheckTheoryOptions, and
// kCancelled.
TheoryResult RunTheory(const TheoryOptions& options, const Progress& progress = {});

}  // namespace lengthwise
