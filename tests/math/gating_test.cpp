#include "math/gating.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "every_target.h"

namespace lengthwise {
namespace {

double Plain(InnerActivation activation, double x) {
  switch (activation) {
    case InnerActivation::kGelu:
      return x * (1 + std::erf(x / std::numbers::sqrt2)) / 2;
    case InnerActivation::kGeluTanh:
      return x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x))) / 2;
    case InnerActivation::kSilu:
      return x / (1 + std::exp(-x));
    case InnerActivation::kRelu:
      return x > 0 ? x : 0;
  }
  return 0;
}

TEST(Activate, EqualsDoublePrecision) {
  ForEveryTarget([] {
    for (const InnerActivation activation : {InnerActivation::kGelu, InnerActivation::kGeluTanh,
                                             InnerActivation::kSilu, InnerActivation::kRelu}) {
      std::vector<float> x;
      for (int i = -1203; i <= 1204; ++i) x.push_back(static_cast<float>(i) / 60);
      x.insert(x.end(), {0.0F, -0.0F, 1e-30F, -1e4F, 1e4F});
      std::vector<float> y = x;
      Activate(activation, y.data(), y.size());
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double expected = Plain(activation, x[i]);
        ASSERT_NEAR(y[i], expected, 1.2e-6 + 1e-6 * std::abs(expected)) << x[i];
      }
    }
  });
}

TEST(Multiply, GoesThroughAllOfAnyCount) {
  ForEveryTarget([] {
    for (std::size_t count = 0; count < 40; ++count) {
      std::vector<float> gate(count + 1, 3.0F);
      const std::vector<float> up(count + 1, 2.0F);
      Multiply(gate.data(), up.data(), count);
      for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(gate[i], 6.0F);
      ASSERT_EQ(gate[count], 3.0F);
    }
  });
}

}  // namespace
}  // namespace lengthwise
