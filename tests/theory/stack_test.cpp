#include "theory/stack.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace lengthwise {
namespace {

using Matrix = std::vector<std::vector<double>>;

Matrix ToDouble(const FloatRowMatrix& x) {
  Matrix result(static_cast<std::size_t>(x.rows()), std::vector<double>(static_cast<std::size_t>(x.cols())));
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
      result[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] = static_cast<double>(x(i, j));
    }
  }
  return result;
}

Matrix TokensOf(const StackStates& states) {
  return ToDouble(states.hc.rowwise() + states.dc);
}

Matrix Product(const Matrix& a, const Matrix& b) {
  Matrix c(a.size(), std::vector<double>(b[0].size(), 0));
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < b.size(); ++k) {
      for (std::size_t j = 0; j < b[0].size(); ++j) c[i][j] += a[i][k] * b[k][j];
    }
  }
  return c;
}

void Add(const Matrix& x, Matrix& y) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t j = 0; j < y[0].size(); ++j) y[i][j] += x[i][j];
  }
}

void LayerNorm(Matrix& x) {
  for (std::vector<double>& row : x) {
    double mean = 0;
    for (const double v : row) mean += v / static_cast<double>(row.size());
    double variance = 0;
    for (const double v : row) variance += (v - mean) * (v - mean) / static_cast<double>(row.size());
    for (double& v : row) v = (v - mean) / std::sqrt(variance);
  }
}

// One layer as a textbook writes it: whole tokens, all of each score, double precision.
Matrix PlainLayer(const StackShape& shape, const StackLayer& layer, StackParts parts, Matrix x) {
  const Matrix q = Product(x, ToDouble(layer.query));
  const Matrix k = Product(x, ToDouble(layer.key));
  const Matrix v = Product(x, ToDouble(layer.value));
  const std::size_t n = x.size();
  const std::size_t size = shape.width / shape.heads;
  Matrix mixed(n, std::vector<double>(shape.width, 0));
  for (std::size_t head = 0; head < shape.heads; ++head) {
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> weights(n);
      double sum = 0;
      for (std::size_t j = 0; j < n; ++j) {
        double score = 0;
        for (std::size_t c = head * size; c < (head + 1) * size; ++c) score += q[i][c] * k[j][c];
        sum += weights[j] = std::exp(static_cast<double>(layer.scales[head]) * score);
      }
      for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t c = head * size; c < (head + 1) * size; ++c)
          mixed[i][c] += weights[j] / sum * v[j][c];
      }
    }
  }
  const Matrix attended = Product(mixed, ToDouble(layer.output));
  if (parts == StackParts::kAttention) return attended;
  Add(attended, x);
  if (parts == StackParts::kResidual) return x;
  LayerNorm(x);
  if (parts == StackParts::kLayerNorm) return x;
  Matrix hidden = Product(x, ToDouble(layer.up));
  for (std::vector<double>& row : hidden) {
    for (double& h : row) h *= (1 + std::erf(h / std::sqrt(2.0))) / 2;
  }
  Add(Product(hidden, ToDouble(layer.down)), x);
  LayerNorm(x);
  return x;
}

const StackShape kShape = {16, 2, 40, 3};

std::vector<StackStates> Documents(std::size_t count, std::size_t n, const TokenModel& tokens = {}) {
  std::vector<StackStates> documents;
  for (std::size_t i = 0; i < count; ++i) documents.push_back(DrawDocument(kShape, tokens, n, 1, 100 + i));
  return documents;
}

class TheoryStackOf : public testing::TestWithParam<StackParts> {};

TEST_P(TheoryStackOf, ComputesWhatAPlainLayerComputes) {
  const StackParts parts = GetParam();
  Random random(9);
  RandomStack stack(kShape, random);
  std::vector<StackStates> documents = Documents(2, 13);
  stack.Calibrate(documents, 1.5, parts);
  StackStates states = documents[1];
  for (std::size_t layer = 0; layer < kShape.layers; ++layer) {
    const Matrix expected = PlainLayer(kShape, stack.layers()[layer], parts, TokensOf(states));
    stack.Apply(layer, parts, states);
    const Matrix found = TokensOf(states);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      for (std::size_t j = 0; j < kShape.width; ++j) {
        // float32 against double on entries of order 1.
        EXPECT_NEAR(found[i][j], expected[i][j], 2e-5) << layer << " " << i << " " << j;
      }
    }
    EXPECT_NEAR(states.hc.colwise().sum().cwiseAbs().maxCoeff(), 0, 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, TheoryStackOf,
                         testing::Values(StackParts::kAttention, StackParts::kResidual,
                                         StackParts::kLayerNorm, StackParts::kFeedForward));

TEST(TheoryStack, IsCalibratedToTheScoreDeviationAskedFor) {
  Random random(9);
  RandomStack stack(kShape, random);
  const std::vector<StackStates> documents = Documents(3, 20);
  stack.Calibrate(documents, 0.7, StackParts::kResidual);
  const StackLayer& layer = stack.layers()[0];
  double squares = 0;
  for (const StackStates& document : documents) {
    const Matrix x = TokensOf(document);
    const Matrix q = Product(x, ToDouble(layer.query));
    const Matrix k = Product(x, ToDouble(layer.key));
    for (std::size_t i = 0; i < x.size(); ++i) {
      std::vector<double> row(x.size(), 0);
      double mean = 0;
      for (std::size_t j = 0; j < x.size(); ++j) {
        for (std::size_t c = 8; c < 16; ++c)
          row[j] += static_cast<double>(layer.scales[1]) * q[i][c] * k[j][c];
        mean += row[j] / static_cast<double>(x.size());
      }
      for (const double score : row) squares += (score - mean) * (score - mean);
    }
  }
  EXPECT_NEAR(std::sqrt(squares / (3 * 20 * 20)), 0.7, 1e-5);
}

TEST(TheoryStack, OfAttentionAloneStaysFiniteWhereNothingIsLeft) {
  Random random(2);
  StackShape deep = kShape;
  deep.layers = 12;
  RandomStack stack(deep, random);
  std::vector<StackStates> documents = Documents(2, 16);
  stack.Calibrate(documents, 0.25, StackParts::kAttention);
  StackStates states = documents[0];
  for (std::size_t layer = 0; layer < deep.layers; ++layer)
    stack.Apply(layer, StackParts::kAttention, states);
  EXPECT_EQ(HcRatio(states), kLeastHcRatio);
  EXPECT_NEAR(TokenCosine(states), 1, 1e-6);
  EXPECT_TRUE(states.dc.allFinite());
}

TEST(TheoryStack, CutsADocumentWithoutChangingItsTokens) {
  const StackStates longer = DrawDocument(kShape, {}, 24, 1, 2);
  const StackStates shorter = DrawDocument(kShape, {}, 10, 1, 2);
  const Matrix whole = TokensOf(longer);
  const Matrix part = TokensOf(shorter);
  for (std::size_t i = 0; i < 10; ++i) {
    for (std::size_t j = 0; j < kShape.width; ++j) EXPECT_NEAR(part[i][j], whole[i][j], 1e-6);
  }
}

TEST(TheoryStack, CosinesAreThoseOfAllPairs) {
  const std::vector<StackStates> documents = Documents(4, 7);
  const auto cosine = [](const std::vector<double>& a, const std::vector<double>& b) {
    double dot = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      dot += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return dot / std::sqrt(aa * bb);
  };
  const auto mean_of_pairs = [&](const Matrix& rows) {
    double sum = 0;
    int pairs = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j, ++pairs) sum += cosine(rows[i], rows[j]);
    }
    return sum / pairs;
  };
  EXPECT_NEAR(TokenCosine(documents[0]), mean_of_pairs(TokensOf(documents[0])), 1e-6);
  Matrix pooled;
  for (const StackStates& document : documents) {
    std::vector<double> mean(kShape.width, 0);
    for (const std::vector<double>& token : TokensOf(document)) {
      for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += token[j] / 7;
    }
    pooled.push_back(mean);
  }
  EXPECT_NEAR(PooledCosine(documents), mean_of_pairs(pooled), 1e-6);
}

TEST(TheoryStack, PooledTokensAreAsAlikeAsTheSharesSay) {
  StackShape wide = kShape;
  wide.width = 4096;
  const TokenModel tokens = {0.2, 0.1};
  for (const std::size_t n : {std::size_t{4}, std::size_t{64}}) {
    std::vector<StackStates> documents;
    for (std::size_t i = 0; i < 6; ++i) documents.push_back(DrawDocument(wide, tokens, n, 1, 100 + i));
    const double expected = 0.2 / (0.3 + 0.7 / static_cast<double>(n));
    // Each of 15 pairs has a standard deviation near 1 / sqrt(4096), and all share one mu.
    EXPECT_NEAR(PooledCosine(documents), expected, 0.03) << n;
  }
}

}  // namespace
}  // namespace lengthwise
