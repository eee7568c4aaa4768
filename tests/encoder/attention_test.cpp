#include "encoder/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "every_target.h"

namespace lengthwise {
namespace {

struct Head {
  std::size_t n, d;
  std::vector<float> q, k, v;

  Head(std::size_t tokens, std::size_t head_size, double spread, std::uint64_t seed)
      : n(tokens), d(head_size) {
    Random random(seed);
    for (auto* values : {&q, &k, &v}) {
      values->resize(n * d);
      for (float& value : *values) value = static_cast<float>(spread * random.Normal());
    }
  }

  AttentionInput Input(float temperature = 1.0F) const {
    return {q.data(), k.data(), v.data(), d, n, d, temperature};
  }

  // The attention matrix [n x n] and output [n x d] in double precision; of the keys i - before .. i + after.
  void Plain(double temperature, std::vector<double>& weights, std::vector<double>& output,
             std::size_t before = kAllTokens, std::size_t after = kAllTokens) const {
    weights.assign(n * n, 0);
    output.assign(n * d, 0);
    for (std::size_t i = 0; i < n; ++i) {
      double max = -INFINITY, sum = 0;
      for (std::size_t j = 0; j < n; ++j) {
        double score = 0;
        for (std::size_t c = 0; c < d; ++c) score += double{q[i * d + c]} * k[j * d + c];
        const bool seen = j <= i ? i - j <= before : j - i <= after;
        weights[i * n + j] = seen ? score / (temperature * std::sqrt(static_cast<double>(d))) : -INFINITY;
        max = std::max(max, weights[i * n + j]);
      }
      for (std::size_t j = 0; j < n; ++j) sum += weights[i * n + j] = std::exp(weights[i * n + j] - max);
      for (std::size_t j = 0; j < n; ++j) {
        weights[i * n + j] /= sum;
        for (std::size_t c = 0; c < d; ++c) output[i * d + c] += weights[i * n + j] * v[j * d + c];
      }
    }
  }
};

TEST(Attention, SeesTheKeysWithinReachAlone) {
  ForEveryTarget([] {
    constexpr std::size_t kTokens[] = {1, 5, 13, 100, 700};
    constexpr std::size_t kReach[] = {0, 1, 7, 64, 300, kAllTokens};
    for (const std::size_t n : kTokens) {
      const Head head(n, 12, 2.0, n);
      for (const std::size_t before : kReach) {
        for (const std::size_t after : kReach) {
          std::vector<double> weights, expected;
          head.Plain(1, weights, expected, before, after);
          AttentionInput input = head.Input();
          input.before = before;
          input.after = after;
          AttentionScratch scratch;
          HeadProbe probe;
          std::vector<float> output(n * 12), probed(n * 12);
          ComputeAttention(input, output.data(), 12, scratch, nullptr);
          ComputeAttention(input, probed.data(), 12, scratch, &probe);
          ASSERT_EQ(output, probed);
          double sink = 0;
          for (std::size_t i = 0; i < n; ++i) sink += weights[i * n] / static_cast<double>(n);
          ASSERT_NEAR(probe.sink, sink, 1e-5);
          ASSERT_GE(probe.entropy, 0);
          ASSERT_LE(probe.entropy, 1);
          for (std::size_t i = 0; i < output.size(); ++i) ASSERT_NEAR(output[i], expected[i], 2e-5);
        }
      }
    }
  });
}

TEST(TopKAttention, ChoosesAmongTheKeysWithinReach) {
  ForEveryTarget([] {
    constexpr std::size_t kTokens = 50;
    const Head head(kTokens, 12, 2.0, 3);
    std::vector<double> weights, expected;
    head.Plain(1, weights, expected, kAllTokens, 0);
    AttentionInput input = head.Input();
    input.after = 0;
    input.top_k = kTokens - 1;
    AttentionScratch scratch;
    std::vector<float> output(kTokens * 12);
    ComputeAttention(input, output.data(), 12, scratch, nullptr);
    // All but the last row see no more keys than that.
    for (std::size_t i = 0; i < (kTokens - 1) * 12; ++i) ASSERT_NEAR(output[i], expected[i], 2e-5);
  });
}

double CentredNorm(const std::vector<double>& x, std::size_t n, std::size_t d) {
  double total = 0;
  for (std::size_t c = 0; c < d; ++c) {
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i) mean += x[i * d + c] / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) total += std::pow(x[i * d + c] - mean, 2);
  }
  return std::sqrt(total);
}

TEST(Attention, EqualsThePlainSoftmaxAtEveryLengthHeadSizeAndTemperature) {
  ForEveryTarget([] {
    AttentionScratch scratch;
    // 257 and 600 need two and three tiles of keys; 13 and 45 leave part of a block of queries and of a
    // panel.
    for (const std::size_t n : {1, 2, 13, 45, 256, 257, 600}) {
      for (const std::size_t d : {4, 32, 40, 64}) {
        for (const float temperature : {1.0F, 0.5F, 2.0F}) {
          const Head head(n, d, 1.0, n * 100 + d);
          std::vector<double> weights, expected;
          head.Plain(temperature, weights, expected);
          std::vector<float> output(n * d);
          ComputeAttention(head.Input(temperature), output.data(), d, scratch, nullptr);
          for (std::size_t i = 0; i < n * d; ++i) ASSERT_NEAR(output[i], expected[i], 5e-6) << n << " " << d;
        }
      }
    }
  });
}

TEST(Attention, IsExactWhereScoresAreFarApart) {
  // Scores of several hundred: the online maximum must keep powers in range.
  ForEveryTarget([] {
    AttentionScratch scratch;
    const Head head(300, 32, 12.0, 7);
    std::vector<double> weights, expected;
    head.Plain(1.0, weights, expected);
    std::vector<float> output(300 * 32);
    HeadProbe probe;
    ComputeAttention(head.Input(), output.data(), 32, scratch, &probe);
    // Scores near 1,000 are exact to 6e-5, and so are weights, relative; values reach 50.
    for (std::size_t i = 0; i < output.size(); ++i) ASSERT_NEAR(output[i], expected[i], 1e-2);
    EXPECT_TRUE(std::isfinite(probe.entropy) && std::isfinite(probe.retention));
  });
}

// The output, and what a probe says of the weights, are these; looking changes no bit. Returns the probe.
HeadProbe ExpectWeighted(const AttentionInput& input, const std::vector<double>& expected,
                         const HeadProbe& truth, double tolerance, AttentionScratch& scratch) {
  HeadProbe probe;
  std::vector<float> output(expected.size()), unprobed(expected.size());
  ComputeAttention(input, output.data(), input.head_size, scratch, &probe);
  for (std::size_t i = 0; i < output.size(); ++i)
    EXPECT_NEAR(output[i], expected[i], tolerance)
        << input.tokens << " tokens, top " << input.top_k << ", baskets of " << input.basket;
  EXPECT_NEAR(probe.entropy, truth.entropy, 1e-5);
  EXPECT_NEAR(probe.largest_weight, truth.largest_weight, 1e-5);
  EXPECT_NEAR(probe.sink, truth.sink, 1e-6);
  ComputeAttention(input, unprobed.data(), input.head_size, scratch, nullptr);
  EXPECT_EQ(unprobed, output);
  return probe;
}

// Of the k largest scores of a row, and AttnScale by its formula, from the full matrix of weights.
std::vector<double> TopKScaled(const Head& head, std::size_t k, double w, HeadProbe* truth) {
  std::vector<double> weights, ignored;
  head.Plain(1.0, weights, ignored);
  std::vector<double> output(head.n * head.d, 0);
  *truth = {};
  for (std::size_t i = 0; i < head.n; ++i) {
    double* const row = weights.data() + i * head.n;
    std::vector<double> sorted(row, row + head.n);
    std::sort(sorted.rbegin(), sorted.rend());
    const double least = sorted[std::min(k, head.n) - 1];
    double sum = 0;
    for (std::size_t j = 0; j < head.n; ++j) sum += row[j] >= least ? row[j] : 0;
    for (std::size_t j = 0; j < head.n; ++j) {
      const double p = row[j] >= least ? row[j] / sum : 0;
      if (p > 0) truth->entropy -= p * std::log(p) / static_cast<double>(head.n);
      if (j == 0) truth->sink += p / static_cast<double>(head.n);
      for (std::size_t c = 0; c < head.d; ++c) {
        output[i * head.d + c] += ((1 + w) * p - w / static_cast<double>(head.n)) * head.v[j * head.d + c];
      }
    }
    truth->largest_weight += sorted[0] / sum / static_cast<double>(head.n);
  }
  truth->entropy /= std::log(static_cast<double>(head.n));
  const std::vector<double> values(head.v.begin(), head.v.end());
  truth->retention = CentredNorm(output, head.n, head.d) / CentredNorm(values, head.n, head.d);
  return output;
}

TEST(Attention, KeepsTheLargestScoresAndScalesWhatDiffersAsTheirFormulasSay) {
  ForEveryTarget([] {
    AttentionScratch scratch;
    for (const std::size_t n : {2, 13, 60, 300}) {
      for (const std::size_t k : {1, 5, 50, 1000}) {
        for (const float w : {0.0F, 0.7F, -0.4F, -1.0F}) {
          const Head head(n, 32, 1.2, n * 7 + k);
          HeadProbe truth;
          const std::vector<double> expected = TopKScaled(head, k, double{w}, &truth);
          AttentionInput input = head.Input();
          input.top_k = k;
          input.attn_scale = w;
          const HeadProbe probe = ExpectWeighted(input, expected, truth, 1e-5, scratch);
          EXPECT_NEAR(probe.retention, truth.retention, 1e-5) << n << " " << k << " " << w;
        }
      }
    }
  });
}

TEST(Attention, OfAllKeysByTopKIsAttentionBitForBit) {
  AttentionScratch scratch;
  const Head head(70, 32, 1.0, 3);
  std::vector<float> plain(70 * 32), all(70 * 32);
  ComputeAttention(head.Input(), plain.data(), 32, scratch, nullptr);
  AttentionInput input = head.Input();
  input.top_k = 70;
  ComputeAttention(input, all.data(), 32, scratch, nullptr);
  EXPECT_EQ(plain, all);
}

// Rows of weights with each basket scaled to its share of the tokens that are seen, in double precision.
std::vector<double> Calibrated(const Head& head, std::size_t basket, double strength, std::size_t after,
                               HeadProbe* truth) {
  std::vector<double> weights, ignored;
  head.Plain(1.0, weights, ignored, kAllTokens, after);
  std::vector<double> output(head.n * head.d, 0);
  *truth = {};
  double most = 0;
  for (std::size_t i = 0; i < head.n; ++i) {
    double* const row = weights.data() + i * head.n;
    const std::size_t seen = after == kAllTokens ? head.n : i + 1;
    most += std::log(static_cast<double>(seen));
    double largest = 0;
    for (std::size_t begin = 0; begin < seen; begin += basket) {
      const std::size_t end = std::min(begin + basket, seen);
      double mass = 0;
      for (std::size_t j = begin; j < end; ++j) mass += row[j];
      for (std::size_t j = begin; j < end; ++j) {
        const double share = static_cast<double>(end - begin) / static_cast<double>(seen);
        const double p = (1 - strength) * row[j] + strength * row[j] / mass * share;
        truth->entropy -= p > 0 ? p * std::log(p) : 0;
        largest = std::max(largest, p);
        if (j == 0) truth->sink += p / static_cast<double>(head.n);
        for (std::size_t c = 0; c < head.d; ++c) output[i * head.d + c] += p * head.v[j * head.d + c];
      }
    }
    truth->largest_weight += largest / static_cast<double>(head.n);
  }
  truth->entropy /= most;
  return output;
}

TEST(Attention, CalibratedSharesItsWeightOverStretchesByTheirSize) {
  ForEveryTarget([] {
    AttentionScratch scratch;
    for (const std::size_t n : {5, 13, 60, 300}) {
      for (const std::size_t basket : {1, 4, 128}) {
        for (const float strength : {0.5F, 1.0F}) {
          for (const std::size_t after : {kAllTokens, std::size_t{0}}) {
            const Head head(n, 32, 1.2, n * 7 + basket);
            HeadProbe truth;
            const std::vector<double> expected = Calibrated(head, basket, double{strength}, after, &truth);
            AttentionInput input = head.Input();
            input.after = after;
            input.calibration = strength;
            input.basket = basket;
            ExpectWeighted(input, expected, truth, 2e-5, scratch);
          }
        }
      }
    }
  });
}

TEST(Attention, OfOneStretchIsNotCalibrated) {
  AttentionScratch scratch;
  const Head head(70, 32, 1.0, 3);
  std::vector<float> plain(70 * 32), one(70 * 32);
  ComputeAttention(head.Input(), plain.data(), 32, scratch, nullptr);
  AttentionInput input = head.Input();
  input.calibration = 1;
  input.basket = 70;
  ComputeAttention(input, one.data(), 32, scratch, nullptr);
  EXPECT_EQ(plain, one);
}

TEST(Attention, TopKCountsThePositionBias) {
  AttentionScratch scratch;
  const std::size_t n = 40, d = 4;
  const Head head(n, d, 1.0, 9);
  // So large at distance 3 that the key there wins, where there is one.
  std::vector<float> bias(2 * n - 1, 0.0F);
  bias[n - 1 + 3] = 1000.0F;
  AttentionInput input = head.Input();
  input.bias = bias.data() + (n - 1);
  input.top_k = 1;
  std::vector<float> output(n * d);
  ComputeAttention(input, output.data(), d, scratch, nullptr);
  for (std::size_t i = 0; i + 3 < n; ++i) {
    for (std::size_t c = 0; c < d; ++c) ASSERT_EQ(output[i * d + c], head.v[(i + 3) * d + c]) << i;
  }
}

TEST(AttentionProbe, EqualsTheStatisticsOfTheMatrixInDoublePrecision) {
  ForEveryTarget([] {
    AttentionScratch scratch;
    for (const std::size_t n : {2, 37, 256, 515}) {
      const Head head(n, 32, 1.4, n);
      std::vector<double> weights, expected;
      head.Plain(1.0, weights, expected);
      HeadProbe truth;
      for (std::size_t i = 0; i < n; ++i) {
        double largest = 0;
        for (std::size_t j = 0; j < n; ++j) {
          const double p = weights[i * n + j];
          if (p > 0) truth.entropy -= p * std::log(p);
          largest = std::max(largest, p);
        }
        truth.largest_weight += largest;
        truth.sink += weights[i * n];
      }
      const auto count = static_cast<double>(n);
      std::vector<double> values(head.v.begin(), head.v.end());
      HeadProbe probe;
      std::vector<float> output(n * 32);
      ComputeAttention(head.Input(), output.data(), 32, scratch, &probe);
      EXPECT_NEAR(probe.entropy, truth.entropy / count / std::log(count), 1e-5);
      EXPECT_NEAR(probe.largest_weight, truth.largest_weight / count, 1e-5);
      EXPECT_NEAR(probe.sink, truth.sink / count, 1e-6);
      EXPECT_NEAR(probe.retention, CentredNorm(expected, n, 32) / CentredNorm(values, n, 32), 1e-5);
    }
  });
}

TEST(AttentionProbe, ChangesNoBitOfTheOutput) {
  ForEveryTarget([] {
    AttentionScratch scratch;
    const Head head(333, 32, 1.0, 5);
    std::vector<float> plain(333 * 32), probed(333 * 32);
    HeadProbe probe;
    ComputeAttention(head.Input(), plain.data(), 32, scratch, nullptr);
    ComputeAttention(head.Input(), probed.data(), 32, scratch, &probe);
    EXPECT_EQ(plain, probed);
  });
}

TEST(AttentionProbe, KnowsUniformAttentionAndASink) {
  AttentionScratch scratch;
  HeadProbe probe;
  const std::size_t n = 50;
  Head head(n, 4, 1.0, 1);
  std::vector<float> output(n * 4);
  // Equal keys: every weight is 1/n, and the output is one row repeated, so nothing of HC is left.
  for (float& value : head.k) value = 1.0F;
  ComputeAttention(head.Input(), output.data(), 4, scratch, &probe);
  EXPECT_NEAR(probe.entropy, 1.0, 1e-6);
  EXPECT_NEAR(probe.largest_weight, 1.0 / n, 1e-6);
  EXPECT_NEAR(probe.sink, 1.0 / n, 1e-6);
  EXPECT_NEAR(probe.retention, 0.0, 1e-6);
  // Key 0 far above the others: all weight on it.
  for (float& value : head.q) value = 10.0F;
  for (float& value : head.k) value = 0.0F;
  for (std::size_t c = 0; c < 4; ++c) head.k[c] = 10.0F;
  ComputeAttention(head.Input(), output.data(), 4, scratch, &probe);
  EXPECT_NEAR(probe.entropy, 0.0, 1e-6);
  EXPECT_NEAR(probe.largest_weight, 1.0, 1e-6);
  EXPECT_NEAR(probe.sink, 1.0, 1e-6);
}

TEST(AttentionProbe, IsDefinedForOneToken) {
  AttentionScratch scratch;
  HeadProbe probe;
  const Head head(1, 8, 1.0, 1);
  std::vector<float> output(8);
  ComputeAttention(head.Input(), output.data(), 8, scratch, &probe);
  EXPECT_EQ(probe.entropy, 1.0);
  EXPECT_EQ(probe.retention, 0.0);
  EXPECT_NEAR(probe.sink, 1.0, 1e-6);
}

}  // namespace
}  // namespace lengthwise
