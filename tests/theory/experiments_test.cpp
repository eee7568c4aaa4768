// The experiments against closed forms, dense decompositions and each other.
#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include <Eigen/SVD>

#include "theory/attention.h"
#include "theory/cosine.h"
#include "theory/filter_rate.h"
#include "theory/inequality.h"
#include "theory/laws.h"
#include "theory/repeated.h"

namespace lengthwise {
namespace {

TheoryOptions Options(std::vector<double> sigmas, std::vector<std::size_t> lengths,
                      std::vector<std::size_t> head_sizes, std::size_t draws) {
  TheoryOptions options;
  options.sigmas = std::move(sigmas);
  options.lengths = std::move(lengths);
  options.head_sizes = std::move(head_sizes);
  options.draws = draws;
  return options;
}

template <typename Experiment>
auto ResultOf(const TheoryOptions& options) {
  Experiment experiment(options);
  std::vector<TheoryTask> tasks;
  experiment.AddTasks(tasks);
  for (const TheoryTask& task : tasks) task.run();
  return experiment.Result();
}

// Mean and standard error of the largest singular value, by dense decompositions of draws of its own.
std::pair<double, double> DenseMonteCarlo(std::size_t n, std::size_t head_size, double sigma, int draws) {
  Random random(99);
  double sum = 0;
  double squares = 0;
  for (int draw = 0; draw < draws; ++draw) {
    RowMatrix attention = SoftmaxRows(DrawScores(n, head_size, random), sigma);
    attention.rowwise() -= attention.colwise().mean().eval();
    const double value = Eigen::JacobiSVD<Eigen::MatrixXd>(attention).singularValues()[0];
    sum += value;
    squares += value * value;
  }
  const double mean = sum / draws;
  return {mean, std::sqrt((squares / draws - mean * mean) / (draws - 1))};
}

TEST(TheoryFilterRate, AgreesWithADenseMonteCarlo) {
  const FilterRateResult result = ResultOf<FilterRateExperiment>(Options({0.5, 2}, {16, 24}, {8}, 16));
  ASSERT_EQ(result.cells.size(), 2U * 2 * 2);
  for (const FilterRateCell& cell : result.cells) {
    const auto [mean, error] = DenseMonteCarlo(cell.n, cell.head_size, cell.sigma, 200);
    // 128 draws against 200: the interval's half width is two of the one's errors; four of both together.
    const double own = (*cell.sigma_a.high - *cell.sigma_a.estimate) / 2;
    EXPECT_NEAR(*cell.sigma_a.estimate, mean, 4 * std::hypot(error, own))
        << cell.head_size << " " << cell.sigma;
    EXPECT_LT(*cell.sigma_a.low, *cell.sigma_a.estimate);
    EXPECT_EQ(cell.draws, 128U);
  }
}

TEST(TheoryFilterRate, MeetsTheFlatLawWithinThreePercentInTheFlatRegime) {
  const FilterRateResult result = ResultOf<FilterRateExperiment>(Options({0.25, 0.5}, {128, 256}, {32}, 4));
  int independent = 0;
  for (const FilterRateCell& cell : result.cells) {
    // The edge lies above small matrices by a part of order n^(-2/3); the law for heads adds two such edges.
    const double tolerance = cell.head_size == 0 ? 0.03 : 0.06;
    EXPECT_NEAR(*cell.sigma_a.estimate / cell.law, 1, tolerance)
        << cell.head_size << " " << cell.sigma << " " << cell.n;
    EXPECT_EQ(cell.share_above_bound, 0);
    independent += cell.head_size == 0;
  }
  EXPECT_EQ(independent, 4);
}

TEST(TheoryFilterRate, ExceedsTheBoundWhereAttentionIsSharp) {
  const FilterRateResult result = ResultOf<FilterRateExperiment>(Options({3}, {32, 128}, {64}, 4));
  for (const FilterRateCell& cell : result.cells) {
    EXPECT_EQ(cell.share_above_bound, 1);
    EXPECT_GT(*cell.sigma_a.low, 3 * cell.paper_bound);
  }
}

TEST(TheoryFilterRate, FlatAttentionAnswersATemperatureInProportion) {
  const FilterRateResult result = ResultOf<FilterRateExperiment>(Options({0.05}, {16, 64}, {16}, 4));
  ASSERT_EQ(result.temperature.size(), 3U * 2);
  for (const TemperatureCell& cell : result.temperature) {
    // Linear in the scores to first order; second order is sigma_s / temperature squared.
    EXPECT_NEAR(*cell.gain.estimate * cell.temperature, 1, 0.01);
    EXPECT_NEAR(cell.bound_gain,
                PaperBound(0.05 / cell.temperature, static_cast<double>(cell.n)) /
                    PaperBound(0.05, static_cast<double>(cell.n)),
                1e-12);
  }
}

TEST(TheoryFilterRate, OfACellDoesNotDependOnTheRestOfTheGrid) {
  const FilterRateResult small = ResultOf<FilterRateExperiment>(Options({1}, {16, 32}, {8}, 4));
  const FilterRateResult large = ResultOf<FilterRateExperiment>(Options({0.5, 1}, {16, 24, 32}, {8, 16}, 4));
  const FilterRateCell& one = small.cells[3];  // head size 8, n = 32
  for (const FilterRateCell& cell : large.cells) {
    if (cell.head_size != 8 || cell.sigma != 1 || cell.n != 32) continue;
    EXPECT_EQ(*cell.sigma_a.estimate, *one.sigma_a.estimate);
  }
}

TEST(TheoryRepeated, ShrinksTheRatioByHalfTheFlatLawAStep) {
  const std::vector<RepeatedCell> cells =
      ResultOf<RepeatedExperiment>(Options({0.25, 0.5}, {64, 128, 256}, {32}, 8));
  ASSERT_EQ(cells.size(), 2U * 2 * 3 * 2);
  for (const RepeatedCell& cell : cells) {
    EXPECT_EQ(cell.log_ratio.size(), kRepeatedSteps + 1);
    EXPECT_LT(*cell.change.high, 0);
    EXPECT_NEAR(cell.log_ratio.front(), 0,
                0.2);  // a mean token as large as the differences, in 16 dimensions
    if (cell.n < 256) continue;
    EXPECT_NEAR(*cell.rate.estimate / cell.law, 1, 0.1)
        << cell.head_size << " " << cell.fresh << " " << cell.sigma;
  }
}

TEST(TheoryRepeated, IsWhatRepeatedProductsGive) {
  // Without the split into DC and HC, for as long as rounding allows.
  const TheoryOptions options = Options({1}, {16, 32}, {8}, 4);
  const std::vector<RepeatedCell> cells = ResultOf<RepeatedExperiment>(options);
  std::vector<double> means(4, 0);
  for (std::uint64_t draw = 0; draw < 4; ++draw) {
    Random random(StreamSeed(options.seed, {2, 0, 0, 16, draw}));
    RowMatrix x(16, 16);
    for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = random.Normal();
    x.rowwise() -= x.colwise().mean().eval();
    Eigen::RowVectorXd mean(16);
    for (double& v : mean) v = random.Normal();
    x.rowwise() += mean;
    const RowMatrix attention = SoftmaxRows(DrawScores(16, 0, random), 1);
    for (double& step : means) {
      const RowMatrix hc = x.rowwise() - x.colwise().mean();
      step += std::log10(hc.norm() / (x - hc).norm()) / 4;
      x = (attention * x).eval();
    }
  }
  const RepeatedCell& cell = cells.front();
  ASSERT_EQ(cell.n, 16U);
  ASSERT_FALSE(cell.fresh);
  for (std::size_t step = 0; step < means.size(); ++step)
    EXPECT_NEAR(cell.log_ratio[step], means[step], 1e-9) << step;
}

TEST(TheoryInequality, HoldsAndIsMetByAlignedVectors) {
  const std::vector<InequalityCell> cells =
      ResultOf<InequalityExperiment>(Options({0.1, 1, 8}, {8, 32}, {16}, 6));
  ASSERT_EQ(cells.size(), 3U * 2 * 3);
  for (const InequalityCell& cell : cells) {
    EXPECT_EQ(cell.violations, 0U);
    EXPECT_EQ(cell.checks, 12U);
    EXPECT_NEAR(cell.aligned_ratio, 1, 1e-8);
    EXPECT_GT(*cell.ratio.estimate, 0);
    EXPECT_LE(*cell.ratio.estimate, cell.largest_ratio);
    EXPECT_LT(cell.largest_ratio, 1);
  }
}

TEST(TheoryCosine, OfPoolingAloneRisesAsTheTokenModelSays) {
  const CosineResult result = ResultOf<CosineExperiment>(Options({0.5, 1}, {8, 16, 32}, {16}, 64));
  EXPECT_EQ(result.networks, 32U);
  const TokenModel& tokens = result.tokens;
  for (std::size_t l = 0; l < result.lengths.size(); ++l) {
    const auto n = static_cast<double>(result.lengths[l]);
    const double noise = (1 - tokens.shared - tokens.topic) / n;
    const Interval& cosine = result.cells[l].cosine;
    // 32 networks of 64 dimensions; a ratio of means is not quite the mean of ratios.
    EXPECT_NEAR(*cosine.estimate, tokens.shared / (tokens.shared + tokens.topic + noise), 0.03) << n;
  }
  const CosineSlope& pooling = result.slopes.front();
  EXPECT_FALSE(pooling.place.parts.has_value());
  EXPECT_GT(*pooling.slope.low, 0);
  EXPECT_EQ(*pooling.excess_slope.estimate, 0);
  EXPECT_EQ(*pooling.excess_at_longest.high, 0);
  EXPECT_NEAR(*pooling.token_slope.estimate, 0, 0.01);
}

TEST(TheoryCosine, ComparesEveryStackWithPoolingOnTheSameDocuments) {
  const CosineResult result = ResultOf<CosineExperiment>(Options({0.5, 1, 2, 3}, {8, 16}, {16}, 8));
  EXPECT_EQ(result.sigmas, (std::vector<double>{0.5, 1, 3}));
  ASSERT_EQ(result.slopes.size(), 1 + 4U * 3 * std::size(kCosineDepths));
  ASSERT_EQ(result.cells.size(), 2 * result.slopes.size());
  for (std::size_t i = 0; i < result.slopes.size(); ++i) {
    const CosineSlope& slope = result.slopes[i];
    const auto at = [&](std::size_t place, std::size_t length) {
      return *result.cells[2 * place + length].cosine.estimate;
    };
    // Two lengths one doubling apart: the slope is the difference.
    EXPECT_NEAR(*slope.slope.estimate, at(i, 1) - at(i, 0), 1e-12);
    EXPECT_NEAR(*slope.excess_at_longest.estimate, at(i, 1) - at(0, 1), 1e-12);
    EXPECT_NEAR(*slope.excess_slope.estimate, (at(i, 1) - at(i, 0)) - (at(0, 1) - at(0, 0)), 1e-12);
  }
}

}  // namespace
}  // namespace lengthwise
