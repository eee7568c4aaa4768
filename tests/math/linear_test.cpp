#include "math/linear.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "every_target.h"

namespace lengthwise {
namespace {

std::vector<float> RandomValues(std::size_t count, Random& random) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.Normal());
  return values;
}

struct Case {
  std::size_t rows, in, out;
};

struct Problem {
  explicit Problem(const Case& c, Random& random)
      : x(RandomValues(c.rows * c.in, random)),
        weights(RandomValues(c.out * c.in, random)),
        bias(RandomValues(c.out, random)),
        linear(c.in, c.out) {
    linear.SetRows(0, weights, bias);
  }

  LinearPart Whole(std::vector<float>& y, std::size_t rows) const {
    LinearPart part;
    part.x = x.data();
    part.ldx = linear.in();
    part.rows = rows;
    part.y = y.data();
    part.ldy = linear.out();
    part.panel_end = linear.panels();
    part.in_end = linear.in();
    return part;
  }

  double Expected(std::size_t r, std::size_t o) const {
    double sum = bias[o];
    for (std::size_t i = 0; i < linear.in(); ++i)
      sum += double{x[r * linear.in() + i]} * weights[o * linear.in() + i];
    return sum;
  }

  std::vector<float> x, weights, bias;
  PackedLinear linear;
};

// A float sum of `in` products of size about 1 is off by a few ulp of its running size, about sqrt(in).
double Tolerance(std::size_t in) {
  return 1e-6 * static_cast<double>(in);
}

const Case kCases[] = {{1, 1, 1}, {5, 7, 3}, {12, 64, 32}, {13, 384, 96}, {30, 1100, 40}, {25, 33, 257}};

TEST(Linear, EqualsTheSumInDoublePrecision) {
  ForEveryTarget([] {
    Random random(1);
    for (const Case& c : kCases) {
      const Problem problem(c, random);
      std::vector<float> y(c.rows * c.out, std::numeric_limits<float>::quiet_NaN());
      ComputeLinear(problem.linear, problem.Whole(y, c.rows));
      for (std::size_t r = 0; r < c.rows; ++r) {
        for (std::size_t o = 0; o < c.out; ++o) {
          ASSERT_NEAR(y[r * c.out + o], problem.Expected(r, o), Tolerance(c.in)) << r << " " << o;
        }
      }
    }
  });
}

TEST(Linear, AddsToTheOutputAndAppliesGelu) {
  ForEveryTarget([] {
    Random random(2);
    for (const Case& c : kCases) {
      const Problem problem(c, random);
      const std::vector<float> before = RandomValues(c.rows * c.out, random);
      std::vector<float> y = before;
      LinearPart part = problem.Whole(y, c.rows);
      part.add_to_output = true;
      part.gelu = true;
      ComputeLinear(problem.linear, part);
      for (std::size_t r = 0; r < c.rows; ++r) {
        for (std::size_t o = 0; o < c.out; ++o) {
          const double z = problem.Expected(r, o) + before[r * c.out + o];
          ASSERT_NEAR(y[r * c.out + o], z * 0.5 * (1 + std::erf(z / std::sqrt(2.0))), Tolerance(c.in) + 1e-6);
        }
      }
    }
  });
}

TEST(Linear, GivesTheSameBitsHoweverItIsSplit) {
  ForEveryTarget([] {
    Random random(3);
    const Case c{29, 1300, 150};
    const Problem problem(c, random);
    std::vector<float> whole(c.rows * c.out);
    ComputeLinear(problem.linear, problem.Whole(whole, c.rows));
    std::vector<float> parts(c.rows * c.out);
    for (std::size_t r = 0; r < c.rows; r += 4) {
      for (std::size_t p = 0; p < problem.linear.panels(); ++p) {
        for (std::size_t i = 0; i < c.in; i += kLinearDepth) {
          LinearPart part = problem.Whole(parts, c.rows);
          part.x += r * c.in + i;
          part.rows = std::min<std::size_t>(4, c.rows - r);
          part.y += r * c.out + p * PanelWidth();
          part.panel_begin = p;
          part.panel_end = p + 1;
          part.in_begin = i;
          part.in_end = std::min(i + kLinearDepth, c.in);
          part.add_to_output = i > 0;
          ComputeLinear(problem.linear, part);
        }
      }
    }
    EXPECT_EQ(whole, parts);
  });
}

TEST(Linear, NoticesWeightsThatAreNotFinite) {
  PackedLinear linear(2, 3);
  std::vector<float> weights(6, 1.0F);
  std::vector<float> bias(3, 0.0F);
  EXPECT_TRUE(linear.SetRows(0, weights, bias));
  weights[3] = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(linear.SetRows(0, weights, bias));
  weights[3] = 1.0F;
  bias[2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(linear.SetRows(0, weights, bias));
}

}  // namespace
}  // namespace lengthwise
