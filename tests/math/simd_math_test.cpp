#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/simd_math_test.cpp"
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>

#include "math/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lengthwise {
namespace HWY_NAMESPACE {

void Exp2All(const float* x, float* y, std::size_t count) {
  const hn::ScalableTag<float> d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) hn::StoreU(Exp2(d, hn::LoadU(d, x + i)), d, y + i);
}

void GeluAll(const float* x, float* y, std::size_t count) {
  const hn::ScalableTag<float> d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) hn::StoreU(Gelu(d, hn::LoadU(d, x + i)), d, y + i);
}

}  // namespace HWY_NAMESPACE
}  // namespace lengthwise
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "every_target.h"

namespace lengthwise {
namespace {

HWY_EXPORT(Exp2All);
HWY_EXPORT(GeluAll);

// A multiple of the widest vector.
constexpr std::size_t kCount = 1 << 16;

TEST(Exp2, IsWithinItsStatedRelativeError) {
  std::vector<float> x(kCount), y(kCount);
  for (std::size_t i = 0; i < kCount; ++i)
    x[i] = -126.0F * static_cast<float>(i) / static_cast<float>(kCount - 1);
  ForEveryTarget([&] {
    HWY_DYNAMIC_DISPATCH(Exp2All)(x.data(), y.data(), kCount);
    for (std::size_t i = 0; i < kCount; ++i) {
      const double expected = std::exp2(double{x[i]});
      ASSERT_LE(std::abs(y[i] / expected - 1), 2.5e-7) << x[i];
    }
  });
}

TEST(Exp2, IsTheSmallestNormalNumberForScoresFarBelow) {
  const std::vector<float> x(16, -1e30F);
  std::vector<float> y(16);
  ForEveryTarget([&] {
    HWY_DYNAMIC_DISPATCH(Exp2All)(x.data(), y.data(), 16);
    EXPECT_NEAR(y[7] / std::exp2(-126.0), 1.0, 1e-6);
  });
}

TEST(Gelu, IsWithinOneMillionthOfErf) {
  std::vector<float> x(kCount), y(kCount);
  // -12 ... 12: beyond, GELU is 0 or x to float precision.
  for (std::size_t i = 0; i < kCount; ++i)
    x[i] = -12.0F + 24.0F * static_cast<float>(i) / static_cast<float>(kCount - 1);
  ForEveryTarget([&] {
    HWY_DYNAMIC_DISPATCH(GeluAll)(x.data(), y.data(), kCount);
    for (std::size_t i = 0; i < kCount; ++i) {
      ASSERT_NEAR(y[i], x[i] * 0.5 * (1 + std::erf(x[i] / std::sqrt(2.0))), 1e-6) << x[i];
    }
  });
}

}  // namespace
}  // namespace lengthwise
#endif
