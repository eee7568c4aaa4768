#include "encoder/row_plan.h"

namespace lengthwise {
namespace {

// Tokens of the shortest sequence whose rows are paired.
constexpr std::size_t kShortestPaired = 48;

// Appends rows that stay together.
void AddRows(std::size_t rows, bool paired, RowPlan& plan) {
  std::vector<RowBlock>& blocks = plan.blocks;
  if (blocks.empty() || blocks.back().rows + rows > kBlockRows) {
    const std::size_t first = blocks.empty() ? 0 : blocks.back().first + blocks.back().rows;
    blocks.push_back({first, 0, plan.pairings.size(), plan.pairings.size()});
  }
  RowBlock& block = blocks.back();
  if (paired) plan.pairings.push_back({block.rows, rows});
  block.pairings_end = plan.pairings.size();
  block.rows += rows;
}

}  // namespace

void PlanRows(const PackedBatch& batch, RowPlan& plan) {
  plan.blocks.clear();
  plan.pairings.clear();
  const std::size_t most = 2 * KernelRows();
  for (std::size_t s = 0; s < batch.sequences(); ++s) {
    const std::size_t length = batch.length(s);
    if (length < kShortestPaired) {
      AddRows(length, false, plan);
      continue;
    }
    // Equal shares: a small last one would leave the kernel short of work.
    const std::size_t units = (length + most - 1) / most;
    for (std::size_t u = 0; u < units; ++u) {
      AddRows(length * (u + 1) / units - length * u / units, true, plan);
    }
  }
}

}  // namespace lengthwise
