#include "tasks/collapse_prediction.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace lengthwise {
namespace {

TEST(CosinesByLength, AreMeansOverPairsOfTheSameBucket) {
  Random random(1);
  VectorSet vectors;
  vectors.dimension = 5;
  std::vector<std::size_t> tokens;
  for (std::size_t i = 0; i < 21; ++i) {
    tokens.push_back(i == 20 ? 900 : i % 2 == 0 ? 20 : 50);
    for (std::size_t c = 0; c < 5; ++c)
      vectors.values.push_back(static_cast<float>(random.Normal() + (i % 2 == 0 ? 1 : 0)));
  }
  NormalizeRows(vectors, "test");
  const DocumentCosines found = CosinesByLength(vectors, tokens);
  const std::vector<BucketCosine>& cosines = found.buckets;
  ASSERT_EQ(cosines.size(), 3U);
  for (std::size_t b = 0; b < 2; ++b) {
    double sum = 0;
    std::size_t pairs = 0;
    for (std::size_t i = 0; i < 20; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (i % 2 != b || j % 2 != b) continue;
        for (std::size_t c = 0; c < 5; ++c) sum += static_cast<double>(vectors.row(i)[c]) * vectors.row(j)[c];
        ++pairs;
      }
    }
    EXPECT_NEAR(*cosines[b].cosine, sum / static_cast<double>(pairs), 1e-6);  // rows are of length 1 to 1e-7
  }
  EXPECT_EQ(cosines[2].documents, 1U);
  EXPECT_FALSE(cosines[2].cosine);
  for (std::size_t i = 0; i < 20; ++i) {
    double sum = 0;
    for (std::size_t j = i % 2; j < 20; j += 2) {
      for (std::size_t c = 0; c < 5 && j != i; ++c)
        sum += static_cast<double>(vectors.row(i)[c]) * vectors.row(j)[c];
    }
    EXPECT_NEAR(found.documents[i], sum / 9, 1e-6);
  }
  EXPECT_EQ(found.documents[20], 0);
}

// A run whose units score `score(bucket)` in four buckets of 30 units and whose texts, as many, have cosine
// `cosine(bucket)` there, each by itself that and `spread`, more or less by turns.
ScoredRun MakeRun(RunKind kind, const std::vector<double>& scores, const std::vector<double>& cosines,
                  double noise, double spread = 0) {
  Random random(3);
  std::vector<std::optional<double>> values;
  for (std::size_t u = 0; u < 120; ++u) values.push_back(scores[u / 30] + noise * random.Normal());
  ScoredRun run;
  run.description.kind = kind;
  run.metrics.push_back({"m", MeanOfUnits(values)});
  const std::size_t ends[] = {32, 64, 128, 256};
  for (std::size_t b = 0; b < cosines.size(); ++b) {
    run.cosines.push_back({b == 0 ? 1 : ends[b] / 2 + 1, ends[b], 30, cosines[b]});
    for (std::size_t d = 0; d < 30; ++d)
      run.document_cosines.push_back(cosines[b] + (d % 2 == 0 ? spread : -spread));
  }
  return run;
}

UnitLengths Lengths() {
  UnitLengths lengths{"text", {}};
  for (const std::size_t tokens : {20, 50, 100, 200}) lengths.tokens.insert(lengths.tokens.end(), 30, tokens);
  return lengths;
}

const Clusters kEachItsOwn;

// Units are texts.
PredictionSample Sample(const UnitLengths& lengths) {
  return {lengths, kEachItsOwn, lengths.tokens, kEachItsOwn};
}

TEST(PredictLoss, IsOneWhereTheLossRisesInLineWithTheCosine) {
  ThreadPool pool(1);
  // BM25 finds the longer texts harder; what is lost against it is 1/2 of the cosine.
  const UnitLengths lengths = Lengths();
  const std::vector<double> bm25 = {0.8, 0.6, 0.5, 0.45}, cosines = {0.2, 0.4, 0.3, 0.6};
  std::vector<double> scores;
  for (std::size_t b = 0; b < 4; ++b) scores.push_back(bm25[b] - cosines[b] / 2);
  const ScoredRun runs[] = {MakeRun(RunKind::kModel, scores, cosines, 0),
                            MakeRun(RunKind::kBm25, bm25, {}, 0)};
  const CollapsePrediction prediction = PredictLoss(runs, Sample(lengths), {.replicates = 50}, pool).value();
  EXPECT_EQ(prediction.loss_against, "bm25");
  ASSERT_EQ(prediction.points.size(), 4U);
  EXPECT_NEAR(prediction.points[3].loss, 0.3, 1e-12);
  EXPECT_NEAR(*prediction.across_buckets.estimate, 1, 1e-12);
  EXPECT_FALSE(prediction.across_changes.estimate);
}

TEST(PredictLoss, ComparesChangesWithChangesAndWidensWithNoise) {
  ThreadPool pool(1);
  const UnitLengths lengths = Lengths();
  const std::vector<double> scores = {0.5, 0.5, 0.4, 0.4}, cosines = {0.2, 0.4, 0.3, 0.6};
  // Less alike in two buckets, and better there; more alike in the others, and worse: by a third of the
  // change.
  const std::vector<double> changed_cosines = {0.1, 0.3, 0.5, 0.8};
  std::vector<double> changed;
  for (std::size_t b = 0; b < 4; ++b) changed.push_back(scores[b] - (changed_cosines[b] - cosines[b]) / 3);
  for (const double noise : {0.0, 0.3}) {
    ScoredRun other = MakeRun(RunKind::kStatic, changed, changed_cosines, 0);
    const ScoredRun runs[] = {MakeRun(RunKind::kModel, scores, cosines, noise), std::move(other)};
    const CollapsePrediction prediction =
        PredictLoss(runs, Sample(lengths), {.replicates = 200}, pool).value();
    EXPECT_STREQ(prediction.loss_against.c_str(), "1");
    ASSERT_EQ(prediction.points.size(), 8U);
    if (noise == 0) {
      EXPECT_NEAR(*prediction.across_changes.estimate, 1, 1e-9);
      EXPECT_NEAR(*prediction.across_changes.low, 1, 1e-9);
    } else {
      EXPECT_LT(*prediction.across_changes.low, 0.99);
    }
  }
}

// Cosines .2, .25, .3, .35 of 30 documents each, that vary by .3 from document to document: the mean of a
// drawn bucket has a standard error of 2 (.3) / sqrt(30) = .11, more than the buckets differ.
TEST(PredictLoss, WidensWithTheDocumentsThatCosinesAreOf) {
  ThreadPool pool(1);
  const UnitLengths lengths = Lengths();
  const std::vector<double> cosines = {0.2, 0.25, 0.3, 0.35}, scores = {0.8, 0.75, 0.7, 0.65};
  for (const double spread : {0.0, 0.3}) {
    const ScoredRun runs[] = {MakeRun(RunKind::kModel, scores, cosines, 0, spread)};
    const CollapsePrediction prediction =
        PredictLoss(runs, Sample(lengths), {.replicates = 200}, pool).value();
    EXPECT_NEAR(*prediction.across_buckets.estimate, 1, 1e-9);
    if (spread == 0) {
      EXPECT_NEAR(*prediction.across_buckets.low, 1, 1e-9);
    } else {
      EXPECT_LT(*prediction.across_buckets.low, 0);
    }
  }
}

TEST(PredictLoss, IsAbsentWithoutABucketOfTenUnits) {
  ThreadPool pool(1);
  const ScoredRun runs[] = {MakeRun(RunKind::kModel, {1, 1, 1, 1}, {0.1, 0.2, 0.3, 0.4}, 0)};
  UnitLengths lengths = Lengths();
  for (std::size_t u = 0; u < lengths.tokens.size(); ++u) lengths.tokens[u] = u < 9 ? 20 : 0;
  EXPECT_FALSE(PredictLoss(runs, Sample(lengths), {}, pool));
}

}  // namespace
}  // namespace lengthwise
