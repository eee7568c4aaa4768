#include "tasks/post_processed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace lengthwise {
namespace {

VectorSet Vectors(std::size_t rows, double shift, std::uint64_t seed) {
  Random random(seed);
  VectorSet vectors;
  vectors.dimension = 3;
  for (std::size_t i = 0; i < rows * 3; ++i) {
    vectors.values.push_back(static_cast<float>(random.Normal() + (i % 3 == 0 ? shift : 0)));
  }
  NormalizeRows(vectors, "test");
  return vectors;
}

// Row less mean, of length 1.
void ExpectCentred(std::span<const float> found, std::span<const float> row,
                   const std::vector<double>& mean) {
  double norm = 0;
  for (std::size_t c = 0; c < 3; ++c) norm += (row[c] - mean[c]) * (row[c] - mean[c]);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(found[c], (row[c] - mean[c]) / std::sqrt(norm), 1e-5);
}

std::vector<double> Mean(const VectorSet& vectors) {
  std::vector<double> mean(3, 0.0);
  for (std::size_t r = 0; r < vectors.rows(); ++r) {
    for (std::size_t c = 0; c < 3; ++c) mean[c] += vectors.row(r)[c] / static_cast<double>(vectors.rows());
  }
  return mean;
}

TaskVectors Whole(const PostProcessSpec& spec, const TaskVectors& vectors, bool queries_apart) {
  return TaskFit(vectors, queries_apart, 1, {}).Whole(spec);
}

// Every third document is of half 1, every other query.
HeldOutSplit Split(std::size_t documents, std::size_t queries) {
  HeldOutSplit split;
  for (std::size_t d = 0; d < documents; ++d) split.documents.push_back(d % 3 == 0 ? 1 : 0);
  for (std::size_t q = 0; q < queries; ++q) split.queries.push_back(q % 2 == 0 ? 1 : 0);
  return split;
}

TaskVectors HeldOut(const PostProcessSpec& spec, const QueryMean& mean, const TaskVectors& vectors,
                    std::size_t fitted, const VectorSet& pseudo = {}) {
  const HeldOutSplit split = Split(vectors.documents.size(), vectors.queries.size());
  return TaskFit(vectors, true, 1, pseudo).HeldOut(spec, mean, split, fitted);
}

constexpr PostProcessSpec kCenter{.kind = PostProcessKind::kCenter};

TEST(TaskFit, CentresDocumentsAndQueriesEachOnTheirOwnMean) {
  const VectorSet documents = Vectors(40, 1, 1), queries = Vectors(20, -1, 2);
  const TaskVectors result = Whole(kCenter, {documents, queries}, true);
  for (std::size_t r = 0; r < 40; ++r)
    ExpectCentred(result.documents.row(r), documents.row(r), Mean(documents));
  for (std::size_t r = 0; r < 20; ++r) ExpectCentred(result.queries.row(r), queries.row(r), Mean(queries));
}

TEST(TaskFit, CentresPairsOnOneMean) {
  const VectorSet first = Vectors(30, 1, 1), second = Vectors(30, -1, 2);
  VectorSet both = first;
  both.values.insert(both.values.end(), second.values.begin(), second.values.end());
  const TaskVectors result = Whole(kCenter, {first, second}, false);
  for (std::size_t r = 0; r < 30; ++r) ExpectCentred(result.queries.row(r), second.row(r), Mean(both));
}

// A document of the other half changes nothing but itself, a query no query of its own half.
TEST(TaskFitHeldOut, HasNotSeenWhatItIsJudgedBy) {
  const VectorSet documents = Vectors(40, 1, 1), queries = Vectors(30, -1, 2);
  const HeldOutSplit split = Split(40, 30);
  const PostProcessSpec whiten{.kind = PostProcessKind::kWhiten, .epsilon = 0.3};
  const auto same = [](const VectorSet& a, const VectorSet& b, std::size_t r) {
    return std::equal(a.row(r).begin(), a.row(r).end(), b.row(r).begin());
  };
  for (const std::size_t fitted : {std::size_t{0}, std::size_t{1}}) {
    const TaskVectors result = HeldOut(whiten, {}, {documents, queries}, fitted);
    for (std::size_t d = 0; d < 40; ++d) {
      VectorSet changed = documents;
      changed.row(d)[1] += 3;
      const TaskVectors after = HeldOut(whiten, {}, {changed, queries}, fitted);
      const bool unseen = split.documents[d] != fitted;
      EXPECT_EQ(after.queries.values == result.queries.values, unseen) << d;
      EXPECT_EQ(same(after.documents, result.documents, d == 0 ? 1 : 0), unseen) << d;
    }
    for (std::size_t q = 0; q < 30; ++q) {
      VectorSet changed = queries;
      changed.row(q)[1] += 3;
      const TaskVectors after = HeldOut(whiten, {}, {documents, changed}, fitted);
      for (std::size_t other = 0; other < 30; ++other) {
        if (other == q) continue;
        EXPECT_EQ(same(after.queries, result.queries, other), split.queries[other] == split.queries[q]);
      }
      EXPECT_EQ(after.documents.values, result.documents.values);
    }
  }
}

std::vector<double> MeanOfRows(const VectorSet& vectors, const std::vector<std::size_t>& rows) {
  std::vector<double> mean(3, 0.0);
  for (const std::size_t r : rows) {
    for (std::size_t c = 0; c < 3; ++c) mean[c] += vectors.row(r)[c] / static_cast<double>(rows.size());
  }
  return mean;
}

TEST(TaskFitHeldOut, CentresQueriesOnTheMeanAskedFor) {
  const VectorSet documents = Vectors(40, 1, 1), queries = Vectors(30, -1, 2);
  VectorSet pseudo = Vectors(60, 2, 3);  // two or none of a document
  pseudo.offsets = {0};
  for (std::size_t d = 0; d < 40; ++d) pseudo.offsets.push_back(pseudo.offsets.back() + (d % 4 == 0 ? 0 : 2));
  std::vector<std::size_t> fitted_documents, fitted_pseudo;
  for (std::size_t d = 0; d < 40; ++d) {
    if (d % 3 == 0) continue;
    fitted_documents.push_back(d);
    for (std::size_t r = pseudo.offsets[d]; r < pseudo.offsets[d + 1]; ++r) fitted_pseudo.push_back(r);
  }
  const auto centred = [&](QueryMean mean) {
    return HeldOut(kCenter, mean, {documents, queries}, 0, pseudo).queries;
  };
  const VectorSet on_documents = centred({QuerySource::kDocuments, 0});
  const VectorSet on_pseudo = centred({QuerySource::kPseudo, 0});
  const VectorSet on_many = centred({QuerySource::kQueries, 1000});
  for (std::size_t q = 0; q < 30; ++q) {
    ExpectCentred(on_documents.row(q), queries.row(q), MeanOfRows(documents, fitted_documents));
    ExpectCentred(on_pseudo.row(q), queries.row(q), MeanOfRows(pseudo, fitted_pseudo));
    std::vector<std::size_t> others;
    for (std::size_t o = 1 - q % 2; o < 30; o += 2) others.push_back(o);
    ExpectCentred(on_many.row(q), queries.row(q), MeanOfRows(queries, others));
  }
}

// Two queries give the mean of a half: which, is found by trying.
TEST(TaskFitHeldOut, TakesAsManyQueriesOfTheOtherHalfAsAskedFor) {
  const VectorSet documents = Vectors(40, 1, 1), queries = Vectors(30, -1, 2);
  const QueryMean two{QuerySource::kQueries, 2};
  const VectorSet before = HeldOut(kCenter, two, {documents, queries}, 0).queries;
  std::size_t in_a_mean = 0;
  for (std::size_t q = 0; q < 30; ++q) {
    VectorSet changed = queries;
    changed.row(q)[1] += 3;
    const VectorSet after = HeldOut(kCenter, two, {documents, changed}, 0).queries;
    bool moved = false;
    for (std::size_t other = 0; other < 30; ++other) {
      if (other == q ||
          std::equal(after.row(other).begin(), after.row(other).end(), before.row(other).begin()))
        continue;
      EXPECT_NE(other % 2, q % 2);
      moved = true;
    }
    in_a_mean += moved ? 1 : 0;
  }
  EXPECT_EQ(in_a_mean, 4U);
}

TEST(TaskFitHeldOut, KeepsTheWindowsOfADocumentInOneHalf) {
  VectorSet windows = Vectors(80, 1, 1);
  windows.offsets = {0};
  for (std::size_t d = 0; d < 40; ++d) windows.offsets.push_back(2 * d + 2);
  const VectorSet queries = Vectors(30, -1, 2);
  const TaskVectors result = HeldOut(kCenter, {}, {windows, queries}, 0);
  std::vector<std::size_t> fitted;
  for (std::size_t r = 0; r < 80; ++r) {
    if (r / 2 % 3 != 0) fitted.push_back(r);
  }
  for (std::size_t r = 0; r < 80; ++r)
    ExpectCentred(result.documents.row(r), windows.row(r), MeanOfRows(windows, fitted));
  EXPECT_EQ(result.documents.offsets, windows.offsets);
}

}  // namespace
}  // namespace lengthwise
