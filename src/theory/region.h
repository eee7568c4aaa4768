// Where on a grid a statement holds, in words.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/theory.h"

namespace lengthwise {

enum class Finding {
  kHolds,
  kFails,
  kUndecided,  // the measurement's interval allows both
  kOutside,    // the statement is not about this cell
};

// Findings over two axes. An axis has a name ("n") and ascending values; columns may be a single unnamed one.
struct FindingGrid {
  std::string label;  // what sets this grid apart from its neighbours: "head size 32"; may be empty
  std::string row_name;
  std::vector<double> rows;
  std::string column_name;
  std::vector<double> columns;
  std::vector<Finding> findings;  // row by row

  FindingGrid(std::string label, std::string row_name, std::vector<double> rows, std::string column_name,
              std::vector<double> columns);
  Finding& At(std::size_t row, std::size_t column) { return findings[row * columns.size() + column]; }
  Finding At(std::size_t row, std::size_t column) const { return findings[row * columns.size() + column]; }
};

// The cells with `finding`: "for sigma_s <= 0.5 at every n, for sigma_s = 1 at n >= 64". "everywhere" where
// all have it (cells outside count as having it), "nowhere" where none has.
std::string DescribeCells(const FindingGrid& grid, Finding finding);

// True if the statement holds in some cells and fails in none, false if it fails in some and holds in none.
// The region says where it is true; where it fails too, if some cells are undecided.
Verdict JudgeGrids(std::string claim, std::string statement, std::span<const FindingGrid> grids);

}  // namespace lengthwise
