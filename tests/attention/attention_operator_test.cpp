#include "attention/attention_operator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "attention/attention_matrix.h"
#include "every_target.h"
#include "lengthwise/error.h"

namespace lengthwise {
namespace {

// A block of vectors, and B^T B times it in double precision.
struct Product {
  Eigen::MatrixXd x, expected, y;

  Product(const TestHead& head, const CentredAttention& attention) {
    const auto n = static_cast<Eigen::Index>(head.tokens);
    x.resize(n, kGramBlock);
    y.resize(n, kGramBlock);
    Random random(11);
    for (double& value : x.reshaped()) value = random.Normal();
    const Eigen::MatrixXd b = Centred(head.Weights());
    expected = b.transpose() * (b * x);
    ApplyGram(attention, {x.data(), static_cast<std::size_t>(x.size())},
              {y.data(), static_cast<std::size_t>(y.size())});
  }
};

TestHead WithBias(TestHead head, float temperature, float bias_scale) {
  Random random(5);
  head.bias.resize(2 * head.tokens - 1);
  for (float& value : head.bias) value = static_cast<float>(2 * random.Normal());
  head.temperature = temperature;
  head.bias_scale = bias_scale;
  return head;
}

void ExpectProduct(const TestHead& head) {
  const CentredAttention attention = MakeCentredAttention(head.Input(), 5);
  const Product product(head, attention);
  // float32 against double: n-term sums of weights that are exact to 1e-6 relative.
  const double scale = Centred(head.Weights()).squaredNorm() * product.x.norm();
  EXPECT_LE((product.y - product.expected).norm(), 1e-5 * scale) << head.tokens;
}

TEST(CentredAttention, MultipliesLikeTheDenseMatrixAtEveryLength) {
  ForEveryTarget([] {
    for (const std::size_t n : {2, 7, 12, 31, 64, 200, 515}) {
      ExpectProduct(TestHead::Gaussian(n, 32, 1.0, n));
      ExpectProduct(TestHead::Gaussian(n, 64, 3.0, n + 1));
    }
  });
}

TEST(CentredAttention, TakesTemperatureAndPositionBias) {
  ForEveryTarget([] {
    for (const std::size_t n : {3, 50, 300}) {
      ExpectProduct(WithBias(TestHead::Gaussian(n, 64, 1.0, n), 0.7F, 1.0F));
      ExpectProduct(WithBias(TestHead::Gaussian(n, 64, 1.0, n), 0.7F, 1.0F / 0.7F));
    }
  });
}

TEST(AttentionShape, EqualsTheStatisticsOfTheMatrixInDoublePrecision) {
  constexpr std::size_t kWindow = 5;
  ForEveryTarget([] {
    for (const std::size_t n : {2, 9, 40, 300}) {
      const TestHead head = WithBias(TestHead::Gaussian(n, 32, 1.5, n), 0.8F, 1.0F);
      const AttentionShape shape = MakeCentredAttention(head.Input(), kWindow).shape;
      const Eigen::MatrixXd scores = head.Scores();
      const Eigen::MatrixXd weights = head.Weights();
      const Eigen::ArrayXXd x = scores.colwise() - scores.rowwise().mean();
      const double variance = x.square().mean();
      // Scores of a few units are exact to 1e-6; powers of them to some times that.
      EXPECT_NEAR(shape.sigma_s, std::sqrt(variance), 1e-5);
      ASSERT_TRUE(shape.skewness && shape.excess_kurtosis);
      EXPECT_NEAR(*shape.skewness, x.cube().mean() / std::pow(variance, 1.5), 1e-4);
      EXPECT_NEAR(*shape.excess_kurtosis, x.square().square().mean() / (variance * variance) - 3, 1e-4);
      EXPECT_NEAR(shape.frobenius_hc, Centred(weights).norm(), 1e-5);
      EXPECT_NEAR(shape.self_mass, weights.diagonal().mean(), 1e-6);
      double local = 0;
      for (Eigen::Index i = 0; i < weights.rows(); ++i) {
        for (Eigen::Index j = 0; j < weights.cols(); ++j) {
          if (std::abs(i - j) <= static_cast<Eigen::Index>(kWindow)) local += weights(i, j);
        }
      }
      EXPECT_NEAR(shape.local_mass, local / static_cast<double>(n), 1e-5);
    }
  });
}

TEST(AttentionShape, KnowsUniformAttention) {
  TestHead head(100, 8);  // all scores zero
  const CentredAttention attention = MakeCentredAttention(head.Input(), 5);
  EXPECT_EQ(attention.shape.sigma_s, 0.0);
  EXPECT_FALSE(attention.shape.skewness);
  EXPECT_FALSE(attention.shape.excess_kurtosis);
  // 1e4 entries of 0.01, each exact to 6e-8 relative.
  EXPECT_NEAR(attention.shape.frobenius_hc, 0.0, 1e-6);
  EXPECT_NEAR(attention.shape.self_mass, 0.01, 1e-7);
  // 90 rows have 11 keys within five; at either end 6, 7, 8, 9, 10.
  EXPECT_NEAR(attention.shape.local_mass, (90 * 11 + 2 * 40) / 1e4, 1e-6);
  for (const double g : attention.above_uniform) EXPECT_NEAR(g, 0.0, 1e-8);
}

TEST(AttentionShape, KnowsNearlyUniformAttentionToItsOwnScale) {
  // Weights differ in the fourth digit; the norm of what differs must not drown in the norm of the mean.
  const TestHead head = TestHead::Gaussian(200, 32, 1e-4, 3);
  const double expected = Centred(head.Weights()).norm();
  ASSERT_LT(expected, 2e-4);
  // Weights are exact to 6e-8 relative, their differences to about 1e-3 of 1e-4.
  EXPECT_NEAR(MakeCentredAttention(head.Input(), 5).shape.frobenius_hc, expected, 2e-3 * expected);
}

TEST(AttentionShape, IsDefinedForOneTokenAndForASink) {
  const TestHead one = TestHead::Gaussian(1, 8, 1.0, 1);
  const AttentionShape shape = MakeCentredAttention(one.Input(), 5).shape;
  EXPECT_EQ(shape.sigma_s, 0.0);
  EXPECT_FALSE(shape.skewness);
  EXPECT_EQ(shape.frobenius_hc, 0.0);
  EXPECT_EQ(shape.self_mass, 1.0);
  EXPECT_EQ(shape.local_mass, 1.0);

  const TestHead sink = TestHead::Pointing(std::vector<std::size_t>(60, 0), 200.0);
  const AttentionShape sunk = MakeCentredAttention(sink.Input(), 5).shape;
  EXPECT_NEAR(sunk.frobenius_hc, 0.0, 1e-7);
  EXPECT_NEAR(sunk.self_mass, 1.0 / 60, 1e-7);
  EXPECT_NEAR(sunk.local_mass, 6.0 / 60, 1e-6);
  // One score of 200 among 60, the same in every row: variance 200^2 (1/60)(59/60), skewness
  // (1 - 2/60) / sqrt((1/60)(59/60)).
  EXPECT_NEAR(sunk.sigma_s, 200 * std::sqrt(59.0) / 60, 1e-3);
  EXPECT_NEAR(*sunk.skewness, 58 / std::sqrt(59.0), 1e-3);
}

TEST(CentredAttention, NamesTheQueryWhoseScoresAreNotFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    TestHead head = TestHead::Gaussian(40, 16, 1.0, 1);
    head.q[17 * 16 + 3] = bad;
    try {
      MakeCentredAttention(head.Input(), 5);
      FAIL() << "scores that are not finite were taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadCheckpoint);
      EXPECT_NE(std::string(error.what()).find("token 17 of 40"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace lengthwise
