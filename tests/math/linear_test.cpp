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
      LinearScratch scratch;
      ComputeLinear(problem.linear, problem.Whole(y, c.rows), scratch);
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
      LinearScratch scratch;
      ComputeLinear(problem.linear, part, scratch);
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
    LinearScratch scratch;
    ComputeLinear(problem.linear, problem.Whole(whole, c.rows), scratch);
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
          ComputeLinear(problem.linear, part, scratch);
        }
      }
    }
    EXPECT_EQ(whole, parts);
  });
}

// Pairings of 2 to 2 KernelRows() rows, odd and even, with plain rows before, between and after.
struct PairedProblem {
  explicit PairedProblem(std::size_t in, std::size_t out, Random& random)
      : problem(MakeCase(in, out), random) {}

  Case MakeCase(std::size_t in, std::size_t out) {
    const std::size_t most = 2 * KernelRows();
    std::size_t row = 3;
    for (const std::size_t rows :
         {most, most - 1, std::size_t{2}, std::size_t{3}, most / 2, most, most - 3}) {
      pairings.push_back({row, rows});
      row += rows;
      if (rows == 3) row += 5;
    }
    return {row + 2, in, out};
  }

  std::vector<RowPairing> pairings;
  Problem problem;
};

TEST(Linear, EqualsTheSumInDoublePrecisionWherePaired) {
  ForEveryTarget([] {
    Random random(4);
    // One slice of inputs; two of different depth; three.
    for (const std::size_t in : {384, 768, 1536}) {
      const PairedProblem paired(in, 4 * PanelWidth(), random);
      const Problem& problem = paired.problem;
      const std::size_t rows = problem.x.size() / in;
      const std::size_t out = problem.linear.out();
      for (const bool add : {false, true}) {
        const std::vector<float> before = RandomValues(rows * out, random);
        std::vector<float> y = before;
        if (!add) std::fill(y.begin(), y.end(), std::numeric_limits<float>::quiet_NaN());
        LinearPart part = problem.Whole(y, rows);
        part.add_to_output = add;
        part.gelu = add;
        part.pairings = paired.pairings;
        LinearScratch scratch;
        ComputeLinear(problem.linear, part, scratch);
        for (std::size_t r = 0; r < rows; ++r) {
          for (std::size_t o = 0; o < out; ++o) {
            double z = problem.Expected(r, o);
            if (add) {
              z += before[r * out + o];
              z *= 0.5 * (1 + std::erf(z / std::sqrt(2.0)));
            }
            ASSERT_NEAR(y[r * out + o], z, Tolerance(in)) << in << " " << r << " " << o;
          }
        }
      }
    }
  });
}

TEST(Linear, GivesPairedRowsTheSameBitsHoweverBlocksAndPanelsAreSplit) {
  ForEveryTarget([] {
    Random random(5);
    const std::size_t in = 1536;
    const PairedProblem paired(in, 6 * PanelWidth(), random);
    const Problem& problem = paired.problem;
    const std::size_t rows = problem.x.size() / in;
    const std::size_t out = problem.linear.out();
    std::vector<float> whole(rows * out);
    LinearScratch scratch;
    LinearPart part = problem.Whole(whole, rows);
    part.pairings = paired.pairings;
    ComputeLinear(problem.linear, part, scratch);
    std::vector<float> parts = whole;
    for (const RowPairing& pairing : paired.pairings) {
      for (std::size_t p = 0; p < problem.linear.panels(); p += 2) {
        for (std::size_t i = 0; i < in; i += kLinearDepth) {
          LinearPart piece = problem.Whole(parts, pairing.rows);
          const RowPairing alone{0, pairing.rows};
          piece.x += pairing.first * in + i;
          piece.y += pairing.first * out + p * PanelWidth();
          piece.panel_begin = p;
          piece.panel_end = p + 2;
          piece.in_begin = i;
          piece.in_end = i + kLinearDepth;
          piece.add_to_output = i > 0;
          piece.pairings = {&alone, 1};
          ComputeLinear(problem.linear, piece, scratch);
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
