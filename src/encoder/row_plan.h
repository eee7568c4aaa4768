// How the rows of a packed batch are cut for the linear layers.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "encoder/packed_batch.h"
#include "math/linear.h"

namespace lengthwise {

// Rows that go through all linear layers after attention together, so that their states and one slice of the
// feed-forward layer stay in the second cache level.
struct RowBlock {
  std::size_t first = 0;
  std::size_t rows = 0;
  std::size_t pairings_begin = 0, pairings_end = 0;
};

struct RowPlan {
  std::vector<RowBlock> blocks;
  std::vector<RowPairing> pairings;  // of all blocks; `first` counts from the block's

  std::span<const RowPairing> Pairings(const RowBlock& block) const {
    return std::span(pairings).subspan(block.pairings_begin, block.pairings_end - block.pairings_begin);
  }
};

// At most that many rows a block: 120 x 384 x 4 bytes = 184 KB. A multiple of 2 x 12, two of the kernel's.
inline constexpr std::size_t kBlockRows = 120;

// Rows are paired within their own sequence, and in the same way wherever that stands, so that no result
// depends on a neighbour. Those of short sequences are not: these are often computed alone, as queries are,
// and then reading more weights costs more than less arithmetic saves.
void PlanRows(const PackedBatch& batch, RowPlan& plan);

}  // namespace lengthwise
