// Weights in blocks of 32 that share a scale, as GGUF stores them (ggml's block_q4_0, block_q4_1,
// block_q8_0).
#pragma once

#include <cstddef>
#include <span>

#include "checkpoint/data_type.h"

namespace lengthwise {

inline constexpr std::size_t kBlockElements = 32;

// Bytes of a block; 0: the type has none.
std::size_t BlockBytes(DataType type);

// Elements [first, first + out.size()) of the blocks at `bytes`, as float32: scale * quant, for Q4_1 plus the
// block's minimum. `type` is one of blocks.
void DequantizeBlocks(DataType type, const std::byte* bytes, std::size_t first, std::span<float> out);

}  // namespace lengthwise
