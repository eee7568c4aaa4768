#include "theory/region.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace lengthwise {
namespace {

using Columns = std::vector<Finding>;

bool Counts(Finding found, Finding wanted) {
  return found == wanted || found == Finding::kOutside;
}

// "at every n", "at n >= 64", "at n = 32, 64"; nothing where no cell of the row has the finding.
std::optional<std::string> DescribeRow(const FindingGrid& grid, std::size_t row, Finding wanted) {
  std::vector<std::size_t> having;
  std::size_t count = 0;  // columns that the statement is about
  for (std::size_t c = 0; c < grid.columns.size(); ++c) {
    if (grid.At(row, c) == wanted) having.push_back(c);
    if (grid.At(row, c) != Finding::kOutside) ++count;
  }
  if (having.empty()) return std::nullopt;
  if (grid.columns.size() == 1) return std::string();
  const auto all = [&](std::size_t first, std::size_t end) {
    for (std::size_t c = first; c < end; ++c) {
      if (!Counts(grid.At(row, c), wanted)) return false;
    }
    return true;
  };
  if (having.size() == count) return fmt::format(" at every {}", grid.column_name);
  const std::string first = fmt::format("{}", grid.columns[having.front()]);
  const std::string last = fmt::format("{}", grid.columns[having.back()]);
  if (having.size() > 1 && all(having.front(), grid.columns.size())) {
    return fmt::format(" at {} >= {}", grid.column_name, first);
  }
  if (having.size() > 1 && all(0, having.back() + 1)) {
    return fmt::format(" at {} <= {}", grid.column_name, last);
  }
  if (having.size() > 2 && all(having.front(), having.back() + 1)) {
    return fmt::format(" at {} from {} to {}", grid.column_name, first, last);
  }
  std::string list;
  for (const std::size_t c : having) list += fmt::format("{}{}", list.empty() ? "" : ", ", grid.columns[c]);
  return fmt::format(" at {} = {}", grid.column_name, list);
}

std::string DescribeRows(const FindingGrid& grid, std::size_t first, std::size_t last) {
  const std::size_t end = grid.rows.size() - 1;
  if (first == 0 && last == end && end > 0) return fmt::format("at every {}", grid.row_name);
  if (first == last) return fmt::format("for {} = {}", grid.row_name, grid.rows[first]);
  if (first == 0) return fmt::format("for {} <= {}", grid.row_name, grid.rows[last]);
  if (last == end) return fmt::format("for {} >= {}", grid.row_name, grid.rows[first]);
  return fmt::format("for {} from {} to {}", grid.row_name, grid.rows[first], grid.rows[last]);
}

bool Any(const FindingGrid& grid, Finding finding) {
  return std::find(grid.findings.begin(), grid.findings.end(), finding) != grid.findings.end();
}

// Where the statement is true; with undecided cells also where it fails, since that is not all the rest.
std::string DescribeGrid(const FindingGrid& grid) {
  std::string words = DescribeCells(grid, Finding::kHolds);
  if (!Any(grid, Finding::kUndecided)) return words;
  if (Any(grid, Finding::kFails)) words += fmt::format("; fails {}", DescribeCells(grid, Finding::kFails));
  return words + "; the rest is undecided";
}

}  // namespace

FindingGrid::FindingGrid(std::string label_, std::string row_name_, std::vector<double> rows_,
                         std::string column_name_, std::vector<double> columns_)
    : label(std::move(label_)),
      row_name(std::move(row_name_)),
      rows(std::move(rows_)),
      column_name(std::move(column_name_)),
      columns(std::move(columns_)),
      findings(rows.size() * columns.size(), Finding::kOutside) {}

std::string DescribeCells(const FindingGrid& grid, Finding finding) {
  if (!Any(grid, finding)) return "nowhere";
  if (std::all_of(grid.findings.begin(), grid.findings.end(),
                  [&](Finding f) { return Counts(f, finding); })) {
    return "everywhere";
  }
  std::string words;
  std::size_t row = 0;
  while (row < grid.rows.size()) {
    const std::optional<std::string> columns = DescribeRow(grid, row, finding);
    std::size_t last = row;
    while (columns && last + 1 < grid.rows.size() && DescribeRow(grid, last + 1, finding) == columns) ++last;
    if (columns) words += (words.empty() ? "" : ", ") + DescribeRows(grid, row, last) + *columns;
    row = last + 1;
  }
  return words;
}

const char* VerdictStatusName(VerdictStatus status) {
  switch (status) {
    case VerdictStatus::kTrue:
      return "true";
    case VerdictStatus::kFalse:
      return "false";
    case VerdictStatus::kTrueWhere:
      return "true where";
    case VerdictStatus::kUndecided:
      break;
  }
  return "undecided";
}

Verdict JudgeGrids(std::string claim, std::string statement, std::span<const FindingGrid> grids) {
  Verdict verdict;
  verdict.claim = std::move(claim);
  verdict.statement = std::move(statement);
  for (const FindingGrid& grid : grids) {
    for (const Finding finding : grid.findings) {
      if (finding == Finding::kHolds) ++verdict.cells.hold;
      if (finding == Finding::kFails) ++verdict.cells.fail;
      if (finding == Finding::kUndecided) ++verdict.cells.undecided;
    }
  }
  const bool holds = verdict.cells.hold > 0;
  const bool fails = verdict.cells.fail > 0;
  verdict.status = holds && fails ? VerdictStatus::kTrueWhere
                   : holds        ? VerdictStatus::kTrue
                   : fails        ? VerdictStatus::kFalse
                                  : VerdictStatus::kUndecided;
  std::string previous;
  std::string labels;
  const auto flush = [&] {
    if (previous.empty()) return;
    if (!verdict.region.empty()) verdict.region += ". ";
    verdict.region += labels.empty() ? previous : labels + ": " + previous;
  };
  // Neighbours that say the same say it together.
  for (const FindingGrid& grid : grids) {
    const std::string words = DescribeGrid(grid);
    if (words == previous) {
      labels += ", " + grid.label;
      continue;
    }
    flush();
    previous = words;
    labels = grid.label;
  }
  const bool one = verdict.region.empty();
  flush();
  if (one && (previous == "everywhere" || previous == "nowhere")) verdict.region = previous + " on the grid";
  return verdict;
}

}  // namespace lengthwise
