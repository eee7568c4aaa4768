// Element types of a safetensors file and their conversion to float32.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace lengthwise {

// The types that Lengthwise converts to float32, and all others.
// The last three are of blocks (quantized.h).
enum class DataType { kF32, kF16, kBF16, kOther, kQ4_0, kQ4_1, kQ8_0 };

DataType DataTypeFromName(std::string_view name);

// Bits of one element of the named type ("F32", "I64", "F8_E4M3", ...); 0 for a name the format does not
// define.
std::size_t DataTypeBits(std::string_view name);

// Little-endian elements at `bytes` (no alignment needed; at least out.size() of them) as float32. Exact:
// every F16 and BF16 value, subnormals, infinities and NaN included, has a float32. `type` is one of these
// three.
void ConvertToFloat(DataType type, const std::byte* bytes, std::span<float> out);

}  // namespace lengthwise
