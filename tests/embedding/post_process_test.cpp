#include "lengthwise/post_process.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "base/random.h"
#include "lengthwise/error.h"
#include "refusal.h"

namespace lengthwise {
namespace {

using testing::Refusal;

using Matrix = std::vector<std::vector<double>>;

constexpr std::size_t kDimension = 10;

// Rows whose components have deviations 1, 1/2, 1/3, ..., mixed and moved away from the origin: three
// directions stand out.
std::vector<float> Rows(std::size_t count, std::uint64_t seed, double offset) {
  Random random(seed);
  std::vector<float> rows;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> latent(kDimension);
    for (std::size_t j = 0; j < kDimension; ++j) latent[j] = random.Normal() / static_cast<double>(j + 1);
    for (std::size_t j = 0; j < kDimension; ++j) {
      const double mixed = latent[j] + 0.7 * latent[(j + 3) % kDimension];
      rows.push_back(static_cast<float>(mixed + offset * static_cast<double>(j % 3)));
    }
  }
  return rows;
}

std::vector<double> PlainMean(const std::vector<float>& rows) {
  std::vector<double> mean(kDimension, 0.0);
  const double count = static_cast<double>(rows.size()) / kDimension;
  for (std::size_t i = 0; i < rows.size(); ++i) mean[i % kDimension] += double{rows[i]} / count;
  return mean;
}

Matrix PlainCovariance(const std::vector<float>& rows) {
  const std::vector<double> mean = PlainMean(rows);
  const std::size_t count = rows.size() / kDimension;
  Matrix covariance(kDimension, std::vector<double>(kDimension, 0.0));
  for (std::size_t i = 0; i < count; ++i) {
    const float* x = rows.data() + i * kDimension;
    for (std::size_t a = 0; a < kDimension; ++a) {
      for (std::size_t b = 0; b < kDimension; ++b) {
        covariance[a][b] += (double{x[a]} - mean[a]) * (double{x[b]} - mean[b]) / static_cast<double>(count);
      }
    }
  }
  return covariance;
}

Matrix Product(const Matrix& a, const Matrix& b) {
  Matrix product(kDimension, std::vector<double>(kDimension, 0.0));
  for (std::size_t i = 0; i < kDimension; ++i) {
    for (std::size_t j = 0; j < kDimension; ++j) {
      for (std::size_t k = 0; k < kDimension; ++k) product[i][j] += a[i][k] * b[k][j];
    }
  }
  return product;
}

// The largest eigenvalue and its vector, by power iteration: no eigenvalue solver is trusted here.
std::pair<double, std::vector<double>> PlainTop(const Matrix& symmetric) {
  std::vector<double> vector(kDimension, 1.0);
  vector[0] = 1.7;
  double value = 0;
  for (int iteration = 0; iteration < 20000; ++iteration) {
    std::vector<double> next(kDimension, 0.0);
    for (std::size_t i = 0; i < kDimension; ++i) {
      for (std::size_t j = 0; j < kDimension; ++j) next[i] += symmetric[i][j] * vector[j];
    }
    double norm = 0;
    for (const double component : next) norm += component * component;
    value = std::sqrt(norm);
    for (std::size_t i = 0; i < kDimension; ++i) vector[i] = next[i] / value;
  }
  return {value, vector};
}

Matrix MapOf(const PostProcess& post) {
  Matrix map(kDimension, std::vector<double>(kDimension));
  for (std::size_t i = 0; i < kDimension; ++i) {
    for (std::size_t j = 0; j < kDimension; ++j) map[i][j] = double{post.map[i * kDimension + j]};
  }
  return map;
}

VectorMoments Moments(const std::vector<float>& rows) {
  VectorMoments moments(kDimension);
  moments.Add(rows);
  return moments;
}

void ExpectNear(const std::vector<float>& found, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << i;
}

TEST(PostProcess, TheMeansAreThoseOfEachSide) {
  const std::vector<float> documents = Rows(200, 1, 0.5);
  const std::vector<float> queries = Rows(50, 2, -0.3);
  const VectorMoments query_moments = Moments(queries);
  const PostProcess post = FitPostProcess(ParsePostProcessSpec("center"), Moments(documents), &query_moments);
  // A float has 24 bits: numbers near 1 are off by 6e-8.
  ExpectNear(post.document_mean, PlainMean(documents), 1e-7);
  ExpectNear(post.query_mean, PlainMean(queries), 1e-7);
  EXPECT_TRUE(post.map.empty());
  EXPECT_TRUE(post.NeedsRole());
}

TEST(PostProcess, WithoutQueriesBothSidesShareTheDocumentsMean) {
  const PostProcess post =
      FitPostProcess(ParsePostProcessSpec("whiten:0.3"), Moments(Rows(200, 1, 0.5)), nullptr);
  EXPECT_EQ(post.query_mean, post.document_mean);
  EXPECT_FALSE(post.NeedsRole());
}

// By its definition: the map M has M M (C / lambda_max + epsilon I) = I, and is symmetric and positive.
TEST(PostProcess, WhiteningInvertsTheRootOfTheShrunkCovariance) {
  const std::vector<float> documents = Rows(300, 3, 0.5);
  for (const double epsilon : {0.03, 0.3, 3.0}) {
    SCOPED_TRACE(epsilon);
    const PostProcess post =
        FitPostProcess({.kind = PostProcessKind::kWhiten, .epsilon = epsilon}, Moments(documents), nullptr);
    Matrix shrunk = PlainCovariance(documents);
    const double largest = PlainTop(shrunk).first;
    for (auto& row : shrunk) {
      for (double& value : row) value /= largest;
    }
    for (std::size_t i = 0; i < kDimension; ++i) shrunk[i][i] += epsilon;
    const Matrix map = MapOf(post);
    const Matrix identity = Product(Product(map, map), shrunk);
    for (std::size_t i = 0; i < kDimension; ++i) {
      EXPECT_GT(map[i][i], 0);
      for (std::size_t j = 0; j < kDimension; ++j) {
        // The map is rounded to floats of up to epsilon^(-1/2) = 6.
        EXPECT_NEAR(identity[i][j], i == j ? 1.0 : 0.0, 1e-5);
        EXPECT_EQ(map[i][j], map[j][i]);
      }
    }
  }
}

// Rows of texts of 1 to 4 vectors each, in their order.
std::vector<std::size_t> Offsets(std::size_t rows) {
  std::vector<std::size_t> offsets = {0};
  while (offsets.back() < rows) offsets.push_back(std::min(rows, offsets.back() + 1 + offsets.size() % 4));
  return offsets;
}

// By the formula of the spec: each row less the mean of its own text.
TEST(PostProcess, WhiteningLooksAtTheScatterOfATextsVectorsAboutTheirOwnMean) {
  const std::vector<float> rows = Rows(300, 3, 0.5);
  const std::vector<std::size_t> offsets = Offsets(300);
  Matrix within(kDimension, std::vector<double>(kDimension, 0.0));
  for (std::size_t t = 0; t + 1 < offsets.size(); ++t) {
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(offsets[t] * kDimension);
    const auto last = rows.begin() + static_cast<std::ptrdiff_t>(offsets[t + 1] * kDimension);
    const Matrix of_text = PlainCovariance({first, last});
    const double count = static_cast<double>(offsets[t + 1] - offsets[t]);
    for (std::size_t i = 0; i < kDimension; ++i) {
      for (std::size_t j = 0; j < kDimension; ++j) within[i][j] += count * of_text[i][j];
    }
  }
  const Matrix total = PlainCovariance(rows);
  const auto trace = [](const Matrix& matrix) {
    double sum = 0;
    for (std::size_t i = 0; i < kDimension; ++i) sum += matrix[i][i];
    return sum;
  };
  // In two parts, as documents come in chunks.
  VectorMoments moments(kDimension), rest(kDimension);
  const std::size_t middle = offsets.size() / 2;
  std::vector<std::size_t> front(offsets.begin(), offsets.begin() + static_cast<std::ptrdiff_t>(middle + 1));
  std::vector<std::size_t> back(offsets.begin() + static_cast<std::ptrdiff_t>(middle), offsets.end());
  for (std::size_t& offset : back) offset -= front.back();
  moments.AddTexts(std::span(rows).first(front.back() * kDimension), front);
  rest.AddTexts(std::span(rows).subspan(front.back() * kDimension), back);
  moments.Merge(rest);
  for (const double share : {0.2, 0.8, 1.0}) {
    SCOPED_TRACE(share);
    Matrix scatter(kDimension, std::vector<double>(kDimension));
    for (std::size_t i = 0; i < kDimension; ++i) {
      for (std::size_t j = 0; j < kDimension; ++j) {
        scatter[i][j] = share * within[i][j] / trace(within) + (1 - share) * total[i][j] / trace(total);
      }
    }
    const double largest = PlainTop(scatter).first;
    for (std::size_t i = 0; i < kDimension; ++i) {
      for (double& value : scatter[i]) value /= largest;
      scatter[i][i] += 0.1;
    }
    const PostProcess post =
        FitPostProcess({.kind = PostProcessKind::kWhiten, .epsilon = 0.1, .within = share}, moments, nullptr);
    EXPECT_EQ(post.spec.within, share);
    const Matrix map = MapOf(post);
    const Matrix identity = Product(Product(map, map), scatter);
    for (std::size_t i = 0; i < kDimension; ++i) {
      for (std::size_t j = 0; j < kDimension; ++j) EXPECT_NEAR(identity[i][j], i == j ? 1.0 : 0.0, 1e-5);
    }
  }
}

TEST(PostProcess, WithoutTextsOfSeveralVectorsThereIsNoScatterWithin) {
  const VectorMoments moments = Moments(Rows(50, 3, 0.5));
  const PostProcess post = FitPostProcess(ParsePostProcessSpec("whiten:0.1:within=0.8"), moments, nullptr);
  EXPECT_EQ(FormatPostProcessSpec(post.spec), "whiten:0.1");
  EXPECT_EQ(post.map, FitPostProcess(ParsePostProcessSpec("whiten:0.1"), moments, nullptr).map);
}

TEST(PostProcess, LargeShrinkageIsCentring) {
  const std::vector<float> documents = Rows(300, 3, 0.5);
  std::vector<float> whitened = documents;
  std::vector<float> centred = documents;
  const VectorMoments moments = Moments(documents);
  ApplyPostProcess(FitPostProcess(ParsePostProcessSpec("whiten:1e6"), moments, nullptr), Role::kDocument,
                   whitened);
  ApplyPostProcess(FitPostProcess(ParsePostProcessSpec("center"), moments, nullptr), Role::kDocument,
                   centred);
  // Gains differ by a factor of (1 + 1e-6)^(1/2) at most, components are at most 1, and rounding adds as
  // much.
  for (std::size_t i = 0; i < centred.size(); ++i) EXPECT_NEAR(whitened[i], centred[i], 2e-6);
}

TEST(PostProcess, AllButTheTopRemovesTheDirectionsOfLargestVariance) {
  const std::vector<float> documents = Rows(300, 4, 0.5);
  const PostProcess post = FitPostProcess(ParsePostProcessSpec("abtt:2"), Moments(documents), nullptr);
  Matrix rest = PlainCovariance(documents);
  Matrix expected(kDimension, std::vector<double>(kDimension, 0.0));
  for (std::size_t i = 0; i < kDimension; ++i) expected[i][i] = 1;
  for (int k = 0; k < 2; ++k) {
    const auto [value, top] = PlainTop(rest);
    for (std::size_t i = 0; i < kDimension; ++i) {
      for (std::size_t j = 0; j < kDimension; ++j) {
        expected[i][j] -= top[i] * top[j];
        rest[i][j] -= value * top[i] * top[j];
      }
    }
  }
  for (std::size_t i = 0; i < kDimension; ++i) {
    for (std::size_t j = 0; j < kDimension; ++j) {
      EXPECT_NEAR(post.map[i * kDimension + j], expected[i][j], 1e-6);
    }
  }
}

TEST(PostProcess, RowsAreCentredMappedAndNormalisedByTheirRole) {
  const VectorMoments queries = Moments(Rows(50, 2, -0.3));
  const PostProcess post =
      FitPostProcess(ParsePostProcessSpec("whiten:0.3"), Moments(Rows(200, 1, 0.5)), &queries);
  const std::vector<float> given = Rows(7, 5, 0.2);
  for (const Role role : {Role::kDocument, Role::kQuery}) {
    std::vector<float> rows = given;
    ApplyPostProcess(post, role, rows);
    const std::vector<float>& mean = role == Role::kQuery ? post.query_mean : post.document_mean;
    for (std::size_t r = 0; r < 7; ++r) {
      std::vector<double> expected(kDimension, 0.0);
      double norm = 0;
      for (std::size_t i = 0; i < kDimension; ++i) {
        for (std::size_t j = 0; j < kDimension; ++j) {
          expected[i] +=
              double{post.map[i * kDimension + j]} * (double{given[r * kDimension + j]} - double{mean[j]});
        }
        norm += expected[i] * expected[i];
      }
      for (std::size_t i = 0; i < kDimension; ++i) {
        // Float sums of ten products of numbers near 1.
        EXPECT_NEAR(rows[r * kDimension + i], expected[i] / std::sqrt(norm), 1e-6);
      }
    }
  }
}

TEST(PostProcess, ARowsResultDoesNotDependOnItsNeighbours) {
  const PostProcess post =
      FitPostProcess(ParsePostProcessSpec("whiten:0.1"), Moments(Rows(200, 1, 0.5)), nullptr);
  std::vector<float> together = Rows(9, 6, 0.2);
  std::vector<float> alone(together.begin() + 4 * kDimension, together.begin() + 5 * kDimension);
  ApplyPostProcess(post, Role::kDocument, together);
  ApplyPostProcess(post, Role::kDocument, alone);
  for (std::size_t i = 0; i < kDimension; ++i) EXPECT_EQ(alone[i], together[4 * kDimension + i]);
}

TEST(PostProcess, TheMeanItselfBecomesAZeroVectorNotNaN) {
  const PostProcess post =
      FitPostProcess(ParsePostProcessSpec("whiten:0.1"), Moments(Rows(200, 1, 0.5)), nullptr);
  std::vector<float> row = post.document_mean;
  ApplyPostProcess(post, Role::kDocument, row);
  EXPECT_EQ(row, std::vector<float>(kDimension, 0.0F));
}

TEST(PostProcess, NoneChangesNothing) {
  const PostProcess post = FitPostProcess(ParsePostProcessSpec("none"), VectorMoments(kDimension), nullptr);
  EXPECT_TRUE(post.IsIdentity());
  EXPECT_NO_THROW(post.Check(7));
  std::vector<float> rows = Rows(3, 1, 0);
  ApplyPostProcess(post, Role::kQuery, rows);
  EXPECT_EQ(rows, Rows(3, 1, 0));
}

// The header's promise: 1e-9 of the sums' norm. Parts of every size, the empty one too, merged in two orders.
TEST(VectorMoments, MergedPartsEqualOnePass) {
  const std::vector<float> rows = Rows(500, 7, 2.0);
  const VectorMoments whole = Moments(rows);
  for (const std::size_t cut : {0U, 1U, 63U, 64U, 65U, 499U}) {
    const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(cut * kDimension);
    const VectorMoments front = Moments({rows.begin(), middle});
    const VectorMoments back = Moments({middle, rows.end()});
    VectorMoments forward = front;
    forward.Merge(back);
    VectorMoments backward = back;
    backward.Merge(front);
    for (const VectorMoments* merged : {&forward, &backward}) {
      EXPECT_EQ(merged->count, 500U);
      double difference = 0;
      double norm = 0;
      for (std::size_t i = 0; i < whole.second_moment.size(); ++i) {
        difference += std::pow(merged->second_moment[i] - whole.second_moment[i], 2);
        norm += std::pow(whole.second_moment[i], 2);
      }
      for (std::size_t i = 0; i < kDimension; ++i) {
        difference += std::pow(merged->sum[i] - whole.sum[i], 2);
        norm += std::pow(whole.sum[i], 2);
      }
      EXPECT_LE(std::sqrt(difference), 1e-9 * std::sqrt(norm));
    }
  }
}

TEST(VectorMoments, SumsAreThoseOfPlainLoops) {
  const std::vector<float> rows = Rows(130, 8, 1.0);
  const VectorMoments moments = Moments(rows);
  for (std::size_t i = 0; i < kDimension; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double expected = 0;
      for (std::size_t r = 0; r < 130; ++r) {
        expected += double{rows[r * kDimension + i]} * double{rows[r * kDimension + j]};
      }
      EXPECT_NEAR(moments.second_moment[j * kDimension + i], expected, 1e-10 * (1 + std::abs(expected)));
    }
  }
}

TEST(PostProcess, WhatCannotBeFittedIsRefusedByName) {
  const auto refusal = [](const char* spec, const VectorMoments& documents, const VectorMoments* queries) {
    return Refusal([&] { FitPostProcess(ParsePostProcessSpec(spec), documents, queries); });
  };
  const VectorMoments enough = Moments(Rows(50, 1, 0));
  const VectorMoments one = Moments(Rows(1, 1, 0));
  const VectorMoments other(kDimension + 1);
  EXPECT_NE(refusal("center", one, nullptr).find("needs 2 documents"), std::string::npos);
  EXPECT_NE(refusal("abtt:3", Moments(Rows(4, 1, 0)), nullptr).find("needs 5 documents"), std::string::npos);
  EXPECT_NE(refusal("abtt:10", enough, nullptr).find("would remove 10 of 10 dimensions"), std::string::npos);
  EXPECT_NE(refusal("center", enough, &one).find("2 queries or more"), std::string::npos);
  EXPECT_NE(refusal("center", enough, &other).find("components"), std::string::npos);
  std::vector<float> same;
  for (int i = 0; i < 20; ++i)
    same.insert(same.end(), {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 0.7F, 0.8F, 0.9F, 1});
  EXPECT_NE(refusal("whiten:0.3", Moments(same), nullptr).find("the same vector"), std::string::npos);
}

TEST(PostProcess, VectorsThatAreNotFiniteDoNotEnterTheMoments) {
  std::vector<float> rows = Rows(3, 1, 0);
  rows[kDimension + 2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(Refusal([&] { Moments(rows); }).find("NaN or infinity"), std::string::npos);
}

TEST(PostProcess, AModelOfAnotherDimensionIsRefused) {
  const PostProcess post = FitPostProcess(ParsePostProcessSpec("center"), Moments(Rows(50, 1, 0)), nullptr);
  EXPECT_NO_THROW(post.Check(kDimension));
  const std::string message = Refusal([&] { post.Check(384); });
  EXPECT_NE(message.find("vectors of 10 components, but the model's have 384"), std::string::npos) << message;
}

TEST(PostProcess, PartsOfAnotherSizeOrNotFiniteAreRefused) {
  const PostProcess post =
      FitPostProcess(ParsePostProcessSpec("whiten:0.3"), Moments(Rows(50, 1, 0)), nullptr);
  PostProcess short_map = post;
  short_map.map.pop_back();
  EXPECT_NE(Refusal([&] { short_map.Check(kDimension); }).find("map has 99 numbers"), std::string::npos);
  PostProcess not_finite = post;
  not_finite.query_mean[3] = std::numeric_limits<float>::infinity();
  EXPECT_NE(Refusal([&] { not_finite.Check(kDimension); }).find("mean of queries holds NaN"),
            std::string::npos);
}

}  // namespace
}  // namespace lengthwise
