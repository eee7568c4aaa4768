#include "theory/region.h"

#include <gtest/gtest.h>

#include <string>

namespace lengthwise {
namespace {

// Rows sigma_s, columns n; in the text: + holds, - fails, ? undecided, . outside.
FindingGrid Grid(const std::vector<std::string>& text, const std::string& label = "") {
  std::vector<double> rows = {0.5, 1, 2, 3};
  std::vector<double> columns = {16, 32, 64, 128};
  rows.resize(text.size());
  columns.resize(text[0].size());
  FindingGrid grid(label, "sigma_s", rows, "n", columns);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const char mark = text[r][c];
      grid.At(r, c) = mark == '+'   ? Finding::kHolds
                      : mark == '-' ? Finding::kFails
                      : mark == '?' ? Finding::kUndecided
                                    : Finding::kOutside;
    }
  }
  return grid;
}

std::string Holds(const std::vector<std::string>& text) {
  return DescribeCells(Grid(text), Finding::kHolds);
}

TEST(TheoryRegion, WholeGridsAreEverywhereAndEmptyOnesNowhere) {
  EXPECT_EQ(Holds({"++++", "++++"}), "everywhere");
  EXPECT_EQ(Holds({"++.+", "...."}), "everywhere");
  EXPECT_EQ(Holds({"----", "????"}), "nowhere");
}

TEST(TheoryRegion, WholeRowsAreNamedBySigma) {
  EXPECT_EQ(Holds({"++++", "++++", "----", "----"}), "for sigma_s <= 1 at every n");
  EXPECT_EQ(Holds({"----", "++++", "++++", "++++"}), "for sigma_s >= 1 at every n");
  EXPECT_EQ(Holds({"----", "++++", "++++", "----"}), "for sigma_s from 1 to 2 at every n");
  EXPECT_EQ(Holds({"----", "++++", "----", "----"}), "for sigma_s = 1 at every n");
}

TEST(TheoryRegion, PartsOfRowsAreNamedByN) {
  EXPECT_EQ(Holds({"--++", "--++", "--++", "--++"}), "at every sigma_s at n >= 64");
  EXPECT_EQ(Holds({"++--", "----"}), "for sigma_s = 0.5 at n <= 32");
  EXPECT_EQ(Holds({"-+--", "----"}), "for sigma_s = 0.5 at n = 32");
  EXPECT_EQ(Holds({"+-+-", "----"}), "for sigma_s = 0.5 at n = 16, 64");
  FindingGrid grid("", "sigma_s", {1, 2}, "n", {16, 32, 64, 128, 256});
  for (const std::size_t c : {1U, 2U, 3U}) grid.At(0, c) = Finding::kHolds;
  grid.At(0, 0) = grid.At(0, 4) = Finding::kFails;
  EXPECT_EQ(DescribeCells(grid, Finding::kHolds), "for sigma_s = 1 at n from 32 to 128");
}

TEST(TheoryRegion, UnlikeRowsAreListed) {
  EXPECT_EQ(Holds({"++++", "--++", "---+", "----"}),
            "for sigma_s = 0.5 at every n, for sigma_s = 1 at n >= 64, for sigma_s = 2 at n = 128");
}

TEST(TheoryRegion, CellsOutsideBreakNoRow) {
  EXPECT_EQ(Holds({".+++", "----"}), "for sigma_s = 0.5 at every n");
  EXPECT_EQ(Holds({"-+.+", "----"}), "for sigma_s = 0.5 at n >= 32");
}

TEST(TheoryRegion, OneColumnIsNotNamed) {
  EXPECT_EQ(Holds({"+", "-", "-"}), "for sigma_s = 0.5");
  EXPECT_EQ(Holds({"+", "+", "-"}), "for sigma_s <= 1");
}

TEST(TheoryRegion, VerdictsAreTrueFalseOrTrueWhere) {
  const auto judge = [](const std::vector<std::string>& text) {
    const FindingGrid grid = Grid(text);
    return JudgeGrids("claim", "Statement.", {&grid, 1});
  };
  EXPECT_EQ(judge({"++", "++"}).status, VerdictStatus::kTrue);
  EXPECT_EQ(judge({"++", "++"}).region, "everywhere on the grid");
  EXPECT_EQ(judge({"--", "--"}).status, VerdictStatus::kFalse);
  EXPECT_EQ(judge({"--", "--"}).region, "nowhere on the grid");
  EXPECT_EQ(judge({"++", "--"}).status, VerdictStatus::kTrueWhere);
  EXPECT_EQ(judge({"++", "--"}).region, "for sigma_s = 0.5 at every n");
  EXPECT_EQ(judge({"??", ".."}).status, VerdictStatus::kUndecided);
}

TEST(TheoryRegion, UndecidedCellsAreKeptApartFromThoseThatFail) {
  const FindingGrid grid = Grid({"++", "+?", "--"});
  const Verdict verdict = JudgeGrids("claim", "Statement.", {&grid, 1});
  EXPECT_EQ(verdict.status, VerdictStatus::kTrueWhere);
  EXPECT_EQ(verdict.region,
            "for sigma_s = 0.5 at every n, for sigma_s = 1 at n = 16; fails for sigma_s = 2 at every n; "
            "the rest is undecided");
  EXPECT_EQ(verdict.cells.hold, 3U);
  EXPECT_EQ(verdict.cells.fail, 2U);
  EXPECT_EQ(verdict.cells.undecided, 1U);
}

TEST(TheoryRegion, NeighboursThatSayTheSameSayItTogether) {
  const std::vector<FindingGrid> grids = {Grid({"++", "--"}, "a"), Grid({"++", "--"}, "b"),
                                          Grid({"++", "++"}, "c")};
  EXPECT_EQ(JudgeGrids("claim", "Statement.", grids).region,
            "a, b: for sigma_s = 0.5 at every n. c: everywhere");
}

}  // namespace
}  // namespace lengthwise
