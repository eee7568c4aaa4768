#include "checkpoint/data_type.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace lengthwise {
namespace {

// IEEE 754-2019, table 3.5: a binary format of `exponent_bits` and `mantissa_bits`, in double precision.
double ValueOfBits(std::uint32_t bits, int exponent_bits, int mantissa_bits) {
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = static_cast<int>(bits >> mantissa_bits) & ((1 << exponent_bits) - 1);
  const int mantissa = static_cast<int>(bits & ((1U << mantissa_bits) - 1));
  const double sign = (bits >> (exponent_bits + mantissa_bits)) != 0 ? -1 : 1;
  if (exponent == (1 << exponent_bits) - 1) return mantissa == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(mantissa, 1 - bias - mantissa_bits);
  return sign * std::ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits);
}

// All 65,536 values of a 16-bit type, converted from an odd address, equal the definition bit for bit.
void ExpectEveryValueExact(DataType type, int exponent_bits, int mantissa_bits) {
  constexpr std::size_t kCount = 1 << 16;
  std::vector<std::byte> bytes(1 + 2 * kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    std::memcpy(bytes.data() + 1 + 2 * i, &bits, sizeof(bits));
  }
  std::vector<float> values(kCount);
  ConvertToFloat(type, bytes.data() + 1, values);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    const double expected = ValueOfBits(i, exponent_bits, mantissa_bits);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(values[i])) << "bits " << i;
    } else {
      EXPECT_EQ(std::bit_cast<std::uint32_t>(values[i]),
                std::bit_cast<std::uint32_t>(static_cast<float>(expected)))
          << "bits " << i;
    }
  }
}

TEST(DataType, EveryHalfConvertsExactly) {
  ExpectEveryValueExact(DataType::kF16, 5, 10);
}

TEST(DataType, EveryBrainFloatConvertsExactly) {
  ExpectEveryValueExact(DataType::kBF16, 8, 7);
}

TEST(DataType, FloatsAreCopiedFromAnyAddress) {
  const std::vector<float> expected = {0.0F, -0.0F, 1.5F, -1e-45F, 3.4e38F, INFINITY};
  std::vector<std::byte> bytes(1 + expected.size() * sizeof(float));
  std::memcpy(bytes.data() + 1, expected.data(), expected.size() * sizeof(float));
  std::vector<float> values(expected.size());
  ConvertToFloat(DataType::kF32, bytes.data() + 1, values);
  EXPECT_EQ(std::memcmp(values.data(), expected.data(), expected.size() * sizeof(float)), 0);
}

TEST(DataType, WidthsAreThoseOfTheFormat) {
  EXPECT_EQ(DataTypeBits("F32"), 32U);
  EXPECT_EQ(DataTypeBits("BF16"), 16U);
  EXPECT_EQ(DataTypeBits("I64"), 64U);
  EXPECT_EQ(DataTypeBits("BOOL"), 8U);
  EXPECT_EQ(DataTypeBits("F4"), 4U);
  EXPECT_EQ(DataTypeBits("f32"), 0U);
  EXPECT_EQ(DataTypeBits(""), 0U);
}

}  // namespace
}  // namespace lengthwise
