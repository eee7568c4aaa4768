#include "checkpoint/quantized.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace lengthwise {
namespace {

constexpr std::size_t kHalf = 2;  // bytes of an F16

float HalfAt(const std::byte* bytes) {
  float value = 0;
  ConvertToFloat(DataType::kF16, bytes, {&value, 1});
  return value;
}

// Sixteen bytes: the low halves are the first 16 elements, the high ones the other 16.
std::pair<std::uint8_t, std::uint8_t> Nibbles(std::byte byte) {
  const auto value = std::to_integer<std::uint8_t>(byte);
  return {static_cast<std::uint8_t>(value & 0x0FU), static_cast<std::uint8_t>(value >> 4U)};
}

void Dequantize(DataType type, const std::byte* block, float* out) {
  const float scale = HalfAt(block);
  if (type == DataType::kQ8_0) {
    for (std::size_t i = 0; i < kBlockElements; ++i)
      out[i] = scale * static_cast<float>(std::to_integer<std::int8_t>(block[kHalf + i]));
    return;
  }
  const bool with_minimum = type == DataType::kQ4_1;
  const float minimum = with_minimum ? HalfAt(block + kHalf) : 0.0F;
  const std::byte* const quants = block + (with_minimum ? 2 * kHalf : kHalf);
  const int zero = with_minimum ? 0 : 8;
  for (std::size_t i = 0; i < kBlockElements / 2; ++i) {
    const auto [low, high] = Nibbles(quants[i]);
    out[i] = scale * static_cast<float>(low - zero) + minimum;
    out[i + kBlockElements / 2] = scale * static_cast<float>(high - zero) + minimum;
  }
}

}  // namespace

std::size_t BlockBytes(DataType type) {
  switch (type) {
    case DataType::kQ4_0:
      return kHalf + kBlockElements / 2;
    case DataType::kQ4_1:
      return 2 * kHalf + kBlockElements / 2;
    case DataType::kQ8_0:
      return kHalf + kBlockElements;
    default:
      return 0;
  }
}

void DequantizeBlocks(DataType type, const std::byte* bytes, std::size_t first, std::span<float> out) {
  const std::size_t size = BlockBytes(type);
  std::array<float, kBlockElements> block{};
  for (std::size_t done = 0; done < out.size();) {
    const std::size_t element = first + done;
    const std::size_t inside = element % kBlockElements;
    const std::size_t count = std::min(kBlockElements - inside, out.size() - done);
    const std::byte* const from = bytes + element / kBlockElements * size;
    if (count == kBlockElements) {
      Dequantize(type, from, out.data() + done);
    } else {
      Dequantize(type, from, block.data());
      std::copy_n(block.begin() + static_cast<std::ptrdiff_t>(inside), count,
                  out.begin() + static_cast<std::ptrdiff_t>(done));
    }
    done += count;
  }
}

}  // namespace lengthwise
