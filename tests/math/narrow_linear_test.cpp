#include "math/narrow_linear.h"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>
#include <vector>

#include "base/random.h"
#include "every_target.h"
#include "lengthwise/error.h"
#include "math/cpu.h"
#include "math/quantize.h"

namespace lengthwise {
namespace {

std::vector<float> RandomValues(std::size_t count, Random& random) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.Normal());
  return values;
}

bool Available(Precision precision) {
  return precision == Precision::kBf16 ? CpuHasBf16() : CpuHasAvx2();
}

LinearPart WholePart(const NarrowLinear& linear, const std::vector<float>& x, std::size_t rows,
                     std::vector<float>& y) {
  LinearPart part;
  part.x = x.data();
  part.ldx = linear.in();
  part.rows = rows;
  part.y = y.data();
  part.ldy = linear.out();
  part.panel_end = (linear.out() + NarrowLinear::block_width() - 1) / NarrowLinear::block_width();
  part.in_end = linear.in();
  return part;
}

TEST(QuantizeRow, IsOffByAtMostHalfAStepAndExactAtZero) {
  ForEveryTarget([] {
    Random random(1);
    for (const std::size_t count : {1, 7, 64, 500}) {
      std::vector<float> x = RandomValues(count, random);
      x[0] = 0;
      std::vector<std::uint8_t> q(count);
      const RowCode code = QuantizeRow(x.data(), count, q.data());
      for (std::size_t i = 0; i < count; ++i) {
        // Half a step, and half a step more at the ends, where the zero point was rounded.
        EXPECT_LE(std::abs(code.scale * static_cast<float>(q[i] - code.zero) - x[i]), code.scale * 1.001F);
      }
      EXPECT_EQ(q[0], code.zero);
    }
  });
}

TEST(QuantizeRow, CodesARowOfZeros) {
  const std::vector<float> x(20, 0.0F);
  std::vector<std::uint8_t> q(20, 9);
  const RowCode code = QuantizeRow(x.data(), 20, q.data());
  EXPECT_EQ(code.scale, 0.0F);
  EXPECT_EQ(q, std::vector<std::uint8_t>(20, 0));
}

TEST(RoundToBf16, RoundsToTheNearestAndTiesToEven) {
  // 1 + 2^-8 is halfway between 1 and the next bfloat16, 1 + 2^-7.
  const std::vector<float> x = {1.0F, 1.0F + 0x1p-8F, 1.0F + 0x1.8p-8F, 1.0F + 0x1.8p-7F, -2.5F};
  std::vector<std::uint16_t> out(x.size());
  RoundToBf16(x.data(), x.size(), out.data());
  EXPECT_EQ(out, (std::vector<std::uint16_t>{0x3F80, 0x3F80, 0x3F81, 0x3F82, 0xC020}));
}

TEST(NarrowLinear, IsWithinTheErrorOfItsFormat) {
  for (const Precision precision : {Precision::kBf16, Precision::kInt8}) {
    if (!Available(precision)) continue;
    Random random(2);
    for (const auto& [rows, in, out] : {std::tuple<std::size_t, std::size_t, std::size_t>{1, 5, 3},
                                        {13, 384, 384},
                                        {130, 700, 300},
                                        {7, 1536, 129}}) {
      const std::vector<float> x = RandomValues(rows * in, random), w = RandomValues(out * in, random),
                               b = RandomValues(out, random);
      const NarrowLinear linear(precision, in, out, w, b);
      NarrowScratch scratch;
      std::vector<float> y(rows * out);
      linear.Compute(WholePart(linear, x, rows, y), scratch);
      // bfloat16 keeps 8 bits: each factor is off by 2^-9 relative. int8 steps are about 7 sigma / 255 and 7
      // sigma / 127 (63 without VNNI), errors uniform in a step: their sum over `in` products grows with
      // sqrt(in). Six sigma.
      const double step = precision == Precision::kBf16 ? 0x1p-8 : (CpuHasVnni() ? 0.03 : 0.05);
      const double tolerance = 6 * step * std::sqrt(static_cast<double>(in)) / std::sqrt(3.0) + 1e-3;
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t o = 0; o < out; ++o) {
          double expected = b[o];
          for (std::size_t i = 0; i < in; ++i) expected += double{x[r * in + i]} * w[o * in + i];
          ASSERT_NEAR(y[r * out + o], expected, tolerance) << PrecisionName(precision) << " " << in;
        }
      }
    }
  }
}

TEST(NarrowLinear, GivesTheSameBitsHoweverItIsSplit) {
  for (const Precision precision : {Precision::kBf16, Precision::kInt8}) {
    if (!Available(precision)) continue;
    Random random(3);
    const std::size_t rows = 150, in = 1100, out = 400;
    const std::vector<float> x = RandomValues(rows * in, random), w = RandomValues(out * in, random),
                             b = RandomValues(out, random);
    const NarrowLinear linear(precision, in, out, w, b);
    NarrowScratch scratch;
    std::vector<float> whole(rows * out, 0.5F), parts = whole;
    LinearPart all = WholePart(linear, x, rows, whole);
    all.add_to_output = true;
    all.gelu = true;
    linear.Compute(all, scratch);
    for (std::size_t r = 0; r < rows; r += 37) {
      for (std::size_t p = 0; p < all.panel_end; ++p) {
        for (std::size_t i = 0; i < in; i += kLinearDepth) {
          LinearPart part = WholePart(linear, x, rows, parts);
          part.x += r * in + i;
          part.rows = std::min<std::size_t>(37, rows - r);
          part.y += r * out + p * NarrowLinear::block_width();
          part.panel_begin = p;
          part.panel_end = p + 1;
          part.in_begin = i;
          part.in_end = std::min(i + kLinearDepth, in);
          part.add_to_output = true;
          part.gelu = part.in_end == in;
          linear.Compute(part, scratch);
        }
      }
    }
    EXPECT_EQ(whole, parts) << PrecisionName(precision);
  }
}

// A program that links the library may use OpenMP itself.
TEST(NarrowLinear, LeavesTheCallersNumberOfOpenMpThreadsAsItWas) {
  if (!Available(Precision::kInt8)) GTEST_SKIP();
  const int before = omp_get_max_threads();
  omp_set_num_threads(7);
  Random random(4);
  const std::vector<float> x = RandomValues(5 * 64, random), w = RandomValues(32 * 64, random),
                           b = RandomValues(32, random);
  const NarrowLinear linear(Precision::kInt8, 64, 32, w, b);
  EXPECT_EQ(omp_get_max_threads(), 7);
  NarrowScratch scratch;
  std::vector<float> y(5 * 32);
  linear.Compute(WholePart(linear, x, 5, y), scratch);
  EXPECT_EQ(omp_get_max_threads(), 7);
  omp_set_num_threads(before);
}

TEST(Precision, NamesAreReadBackAndOthersRefused) {
  for (const Precision precision : {Precision::kFp32, Precision::kBf16, Precision::kInt8}) {
    EXPECT_EQ(ParsePrecision(PrecisionName(precision)), precision);
  }
  EXPECT_THROW(ParsePrecision("fp8"), Error);
}

}  // namespace
}  // namespace lengthwise
