#include "math/rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "every_target.h"

namespace lengthwise {
namespace {

TEST(LayerNorm, EqualsDoublePrecisionEvenWithALargeMean) {
  ForEveryTarget([] {
    Random random(1);
    for (const std::size_t width : {1, 5, 16, 384, 387}) {
      std::vector<float> x(3 * width), gain(width), bias(width), y(3 * width);
      for (float& v : x) v = static_cast<float>(100 + random.Normal());
      for (float& v : gain) v = static_cast<float>(random.Normal());
      for (float& v : bias) v = static_cast<float>(random.Normal());
      ASSERT_TRUE(LayerNormRows(x.data(), y.data(), 3, width, gain.data(), bias.data(), 1e-5F));
      for (std::size_t r = 0; r < 3; ++r) {
        double mean = 0, variance = 0;
        for (std::size_t i = 0; i < width; ++i) mean += x[r * width + i] / static_cast<double>(width);
        for (std::size_t i = 0; i < width; ++i)
          variance += std::pow(x[r * width + i] - mean, 2) / static_cast<double>(width);
        for (std::size_t i = 0; i < width; ++i) {
          const double expected = (x[r * width + i] - mean) / std::sqrt(variance + 1e-5) * gain[i] + bias[i];
          // A float near 100 is exact to 8e-6, and a sum of 384 of them to 4e-3 an addition: 1e-5 of the mean
          // each.
          ASSERT_NEAR(y[r * width + i], expected, 5e-4);
        }
      }
    }
  });
}

TEST(RmsNorm, EqualsDoublePrecision) {
  ForEveryTarget([] {
    Random random(2);
    for (const std::size_t width : {1, 5, 16, 384, 387}) {
      std::vector<float> x(3 * width), gain(width), y(3 * width);
      for (float& v : x) v = static_cast<float>(0.5 + random.Normal());
      for (float& v : gain) v = static_cast<float>(random.Normal());
      ASSERT_TRUE(RmsNormRows(x.data(), y.data(), 3, width, gain.data(), 1e-6F));
      for (std::size_t r = 0; r < 3; ++r) {
        double square = 0;
        for (std::size_t i = 0; i < width; ++i)
          square += std::pow(x[r * width + i], 2) / static_cast<double>(width);
        for (std::size_t i = 0; i < width; ++i)
          ASSERT_NEAR(y[r * width + i], x[r * width + i] / std::sqrt(square + 1e-6) * gain[i], 2e-5);
      }
      x[width] = std::numeric_limits<float>::infinity();
      EXPECT_FALSE(RmsNormRows(x.data(), y.data(), 3, width, gain.data(), 1e-6F));
    }
  });
}

TEST(LayerNorm, NoticesARowThatIsNotFinite) {
  std::vector<float> x(32, 1.0F), one(16, 1.0F), y(32);
  x[20] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(LayerNormRows(x.data(), y.data(), 2, 16, one.data(), one.data(), 1e-5F));
  EXPECT_TRUE(LayerNormRows(x.data(), y.data(), 1, 16, one.data(), one.data(), 1e-5F));
}

TEST(Dot, EqualsDoublePrecision) {
  ForEveryTarget([] {
    Random random(2);
    for (const std::size_t width : {0, 1, 15, 16, 100, 384}) {
      std::vector<float> x(width), y(width);
      double expected = 0;
      for (std::size_t i = 0; i < width; ++i) {
        x[i] = static_cast<float>(random.Normal());
        y[i] = static_cast<float>(random.Normal());
        expected += double{x[i]} * y[i];
      }
      EXPECT_NEAR(Dot(x.data(), y.data(), width), expected,
                  1e-4);  // 384 products of size 1, each rounded to 6e-8
    }
  });
}

TEST(AddRow, Adds) {
  ForEveryTarget([] {
    std::vector<float> x(19, 2.0F), y(19, 3.0F);
    AddRow(x.data(), y.data(), 19);
    EXPECT_EQ(y, std::vector<float>(19, 5.0F));
  });
}

}  // namespace
}  // namespace lengthwise
