#include "checkpoint/data_type.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/fail.h"

namespace lengthwise {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are mapped, not swapped");

// The types of the format's reference implementation.
constexpr std::array<std::pair<std::string_view, std::size_t>, 20> kBitsOfType = {{
    {"F32", 32},    {"F16", 16},    {"BF16", 16},   {"F64", 64},    {"I64", 64}, {"I32", 32}, {"I16", 16},
    {"I8", 8},      {"U64", 64},    {"U32", 32},    {"U16", 16},    {"U8", 8},   {"BOOL", 8}, {"F8_E5M2", 8},
    {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F4", 4},   {"C64", 64},
}};

std::uint32_t LoadHalf(const std::byte* bytes, std::size_t index) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, bytes + 2 * index, sizeof(bits));
  return bits;
}

// All bits set where `condition` holds. Masks instead of branches: with branches the compiler does not
// vectorise.
std::uint32_t MaskIf(bool condition) {
  return 0U - static_cast<std::uint32_t>(condition);
}

float HalfToFloat(std::uint32_t half) {
  constexpr std::uint32_t kRebias = (127 - 15) << 23;
  constexpr std::uint32_t kLeastNormal = kRebias + (1U << 23);  // 2^-14 as float32
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t exponent = half & 0x7C00U;
  const std::uint32_t subnormal = MaskIf(exponent == 0);
  const std::uint32_t infinite_or_nan = MaskIf(exponent == 0x7C00U);
  // A subnormal has no implicit one: lend it one by raising its exponent, and take the 2^-14 away afterwards.
  const std::uint32_t raised =
      ((half & 0x7FFFU) << 13) + kRebias + (subnormal & (1U << 23)) + (infinite_or_nan & kRebias);
  const float magnitude = std::bit_cast<float>(raised) - std::bit_cast<float>(subnormal & kLeastNormal);
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
}

}  // namespace

DataType DataTypeFromName(std::string_view name) {
  if (name == "F32") return DataType::kF32;
  if (name == "F16") return DataType::kF16;
  if (name == "BF16") return DataType::kBF16;
  if (name == "Q4_0") return DataType::kQ4_0;
  if (name == "Q4_1") return DataType::kQ4_1;
  if (name == "Q8_0") return DataType::kQ8_0;
  return DataType::kOther;
}

std::size_t DataTypeBits(std::string_view name) {
  for (const auto& [type, bits] : kBitsOfType) {
    if (type == name) return bits;
  }
  return 0;
}

void ConvertToFloat(DataType type, const std::byte* bytes, std::span<float> out) {
  float* const values = out.data();
  const std::size_t count = out.size();
  switch (type) {
    case DataType::kF32:
      if (count > 0) std::memcpy(values, bytes, count * sizeof(float));
      return;
    case DataType::kF16:
      for (std::size_t i = 0; i < count; ++i) values[i] = HalfToFloat(LoadHalf(bytes, i));
      return;
    case DataType::kBF16:
      for (std::size_t i = 0; i < count; ++i) values[i] = std::bit_cast<float>(LoadHalf(bytes, i) << 16);
      return;
    case DataType::kOther:
    case DataType::kQ4_0:
    case DataType::kQ4_1:
    case DataType::kQ8_0:
      break;
  }
  Fail(ErrorCode::kInternal, "conversion to float32 of a type that has none");
}

}  // namespace lengthwise
