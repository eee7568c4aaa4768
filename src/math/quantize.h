// Float rows to the narrow formats and integer sums back to float.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lengthwise {

// x = scale * (q - zero), q in 0 .. 255: the affine code of one row.
struct RowCode {
  float scale = 0;
  std::int32_t zero = 0;
};

// Quantises `count` floats between their least and largest value (0 included, so that 0 is exact).
RowCode QuantizeRow(const float* x, std::size_t count, std::uint8_t* q);

// Rounds to bfloat16, to nearest, ties to even. Finite values only.
void RoundToBf16(const float* x, std::size_t count, std::uint16_t* out);

// What happens to a tile of sums [rows x columns] on its way to y, rows ldy apart.
struct Epilogue {
  const float* bias = nullptr;  // one a column; null: none
  bool add_to_output = false;   // y += instead of y =
  bool gelu = false;            // applied last
};

// y = epilogue(sums), float sums, rows `columns` apart.
void StoreFloatTile(const float* sums, std::size_t rows, std::size_t columns, const Epilogue& epilogue,
                    float* y, std::size_t ldy);

// The same for sums of u8 * s8: each is worth codes[r].scale * column_scale[c] * (sum - codes[r].zero *
// column_sum[c]).
void StoreInt8Tile(const std::int32_t* sums, const RowCode* codes, const float* column_scale,
                   const std::int32_t* column_sum, std::size_t rows, std::size_t columns,
                   const Epilogue& epilogue, float* y, std::size_t ldy);

}  // namespace lengthwise
