#include "encoder/row_plan.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace lengthwise {
namespace {

PackedBatch BatchOf(const std::vector<std::size_t>& lengths) {
  PackedBatch batch;
  for (const std::size_t length : lengths) batch.Add(std::vector<std::int32_t>(length, 7));
  return batch;
}

RowPlan PlanOf(const std::vector<std::size_t>& lengths) {
  RowPlan plan;
  PlanRows(BatchOf(lengths), plan);
  return plan;
}

// Where the pairings of the whole batch begin and how many rows they have, counted from row `from`.
std::vector<std::pair<std::size_t, std::size_t>> PairingsFrom(const RowPlan& plan, std::size_t from) {
  std::vector<std::pair<std::size_t, std::size_t>> pairings;
  for (const RowBlock& block : plan.blocks) {
    for (const RowPairing& pairing : plan.Pairings(block)) {
      if (block.first + pairing.first >= from) {
        pairings.emplace_back(block.first + pairing.first - from, pairing.rows);
      }
    }
  }
  return pairings;
}

TEST(RowPlan, CoversEveryRowOnceInBlocksThatFitTheCache) {
  const std::vector<std::size_t> lengths = {3, 512, 47, 48, 1, 130, 9, 9, 9, 256};
  const RowPlan plan = PlanOf(lengths);
  std::size_t next = 0;
  for (const RowBlock& block : plan.blocks) {
    EXPECT_EQ(block.first, next);
    EXPECT_GT(block.rows, 0U);
    EXPECT_LE(block.rows, kBlockRows);
    std::size_t row = 0;
    for (const RowPairing& pairing : plan.Pairings(block)) {
      EXPECT_GE(pairing.first, row);
      EXPECT_GE(pairing.rows, 2U);
      EXPECT_LE(pairing.rows, 2 * KernelRows());
      row = pairing.first + pairing.rows;
    }
    EXPECT_LE(row, block.rows);
    next += block.rows;
  }
  EXPECT_EQ(next, BatchOf(lengths).tokens());
}

TEST(RowPlan, PairsTheRowsOfASequenceInTheSameWayWhereverItStands) {
  for (const std::size_t length : {48, 49, 97, 120, 121, 511, 512}) {
    const auto alone = PairingsFrom(PlanOf({length}), 0);
    std::size_t paired = 0;
    for (const auto& [first, rows] : alone) paired += rows;
    EXPECT_EQ(paired, length);
    EXPECT_EQ(PairingsFrom(PlanOf({5, 77, 200, length}), 282), alone) << length;
  }
}

TEST(RowPlan, LeavesShortSequencesAlone) {
  EXPECT_TRUE(PairingsFrom(PlanOf({1, 12, 47, 30, 30, 30}), 0).empty());
}

}  // namespace
}  // namespace lengthwise
