#include "encoder/layer_probe.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace lengthwise {
namespace {

TEST(LayerProbe, EqualsTheSumOverPairsInDoublePrecision) {
  Random random(3);
  const std::size_t n = 40, d = 24;
  std::vector<float> x(n * d);
  for (float& value : x) value = static_cast<float>(0.7 + random.Normal());
  const auto dot = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t c = 0; c < d; ++c) sum += double{x[i * d + c]} * x[j * d + c];
    return sum;
  };
  double cosine = 0, square = 0, centred = 0;
  for (std::size_t i = 0; i < n; ++i) {
    square += dot(i, i);
    for (std::size_t j = 0; j < n; ++j) {
      if (i != j) cosine += dot(i, j) / std::sqrt(dot(i, i) * dot(j, j)) / static_cast<double>(n * (n - 1));
    }
  }
  for (std::size_t c = 0; c < d; ++c) {
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i) mean += x[i * d + c] / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) centred += std::pow(x[i * d + c] - mean, 2);
  }
  const LayerProbe probe = MeasureStates(x.data(), n, d);
  EXPECT_NEAR(probe.token_cosine, cosine, 1e-6);
  EXPECT_NEAR(probe.hc_ratio, std::sqrt(centred / square), 1e-6);
}

TEST(LayerProbe, IsDefinedForOneTokenEqualTokensAndZeros) {
  const std::vector<float> ones(5 * 3, 1.0F), zeros(5 * 3, 0.0F);
  EXPECT_EQ(MeasureStates(ones.data(), 1, 3).token_cosine, 1.0);
  EXPECT_NEAR(MeasureStates(ones.data(), 5, 3).token_cosine, 1.0, 1e-6);
  EXPECT_NEAR(MeasureStates(ones.data(), 5, 3).hc_ratio, 0.0, 1e-6);
  EXPECT_EQ(MeasureStates(zeros.data(), 5, 3).hc_ratio, 0.0);
  EXPECT_EQ(MeasureStates(zeros.data(), 5, 3).token_cosine, 1.0);
}

}  // namespace
}  // namespace lengthwise
