#include "theory/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "lengthwise/error.h"

namespace lengthwise {
namespace {

TheoryOptions Small() {
  TheoryOptions options;
  options.sigmas = {0.25, 2};
  options.lengths = {8, 32};
  options.head_sizes = {8, 16};
  options.draws = 4;
  return options;
}

std::vector<double> NumbersOf(const TheoryRun& result) {
  std::vector<double> numbers;
  const auto add = [&](const Interval& interval) {
    for (const auto& value : {interval.estimate, interval.low, interval.high}) numbers.push_back(*value);
  };
  for (const FilterRateCell& cell : result.filter_rate.cells) {
    add(cell.sigma_a);
    numbers.insert(numbers.end(), {cell.entropy, cell.largest_weight, cell.share_above_bound});
  }
  for (const TemperatureCell& cell : result.filter_rate.temperature) add(cell.gain);
  for (const RepeatedCell& cell : result.repeated) {
    add(cell.rate);
    numbers.insert(numbers.end(), cell.log_ratio.begin(), cell.log_ratio.end());
  }
  for (const InequalityCell& cell : result.inequality) add(cell.ratio);
  for (const CosineCell& cell : result.cosine.cells) add(cell.cosine);
  for (const CosineSlope& slope : result.cosine.slopes) add(slope.token_slope);
  return numbers;
}

TEST(Theory, GivesTheSameNumbersAtAnyNumberOfThreads) {
  ThreadPool one(1);
  ThreadPool three(3);
  const TheoryRun a = RunTheory(Small(), one);
  const TheoryRun b = RunTheory(Small(), three);
  const std::vector<double> numbers = NumbersOf(a);
  EXPECT_EQ(numbers, NumbersOf(b));
  EXPECT_TRUE(std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); }));
  TheoryOptions other = Small();
  other.seed = 2;
  EXPECT_NE(numbers, NumbersOf(RunTheory(other, three)));
}

TEST(Theory, JudgesEveryClaimAndLaw) {
  ThreadPool pool(2);
  std::size_t last = 0;
  const TheoryRun result = RunTheory(Small(), pool, [&](std::size_t done, std::size_t total) {
    EXPECT_LE(last, done);
    EXPECT_LE(done, total);
    last = done;
  });
  EXPECT_EQ(last, 1000U);
  const auto status = [&](const std::string& claim) {
    for (const Verdict& verdict : result.verdicts) {
      if (verdict.claim == claim) return verdict.status;
    }
    ADD_FAILURE() << "no verdict on " << claim;
    return VerdictStatus::kUndecided;
  };
  // Theorems.
  EXPECT_EQ(status("lemma"), VerdictStatus::kTrue);
  EXPECT_EQ(status("filter_rate"), VerdictStatus::kTrue);
  // sigma_s = 0.25 lies below the bound and 2 above it, by factors of 2 and 3.
  EXPECT_EQ(status("bound"), VerdictStatus::kTrueWhere);
  EXPECT_EQ(status("temperature"), VerdictStatus::kFalse);
  EXPECT_EQ(status("pooling"), VerdictStatus::kTrue);
  for (const char* claim :
       {"lemma_rate", "length", "corollary_tokens", "corollary_level", "corollary_slope",
        "temperature_length", "flat_law", "head_size_floor", "head_size_law", "regime_line", "flat_regime"}) {
    status(claim);
  }
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_FALSE(verdict.statement.empty()) << verdict.claim;
    EXPECT_FALSE(verdict.region.empty()) << verdict.claim;
  }
}

TEST(Theory, NamesTheRegionOfTheBoundInWords) {
  ThreadPool pool(2);
  TheoryOptions options = Small();
  options.sigmas = {0.1, 3};
  for (const Verdict& verdict : RunTheory(options, pool).verdicts) {
    if (verdict.claim != "bound") continue;
    EXPECT_EQ(verdict.region, "independent scores, head size 8, head size 16: for sigma_s = 0.1 at every n");
  }
}

TEST(Theory, RefusesOptionsOutsideTheirRange) {
  const auto refused = [](auto change, const char* word) {
    TheoryOptions options = Small();
    change(options);
    try {
      CheckTheoryOptions(options);
      ADD_FAILURE() << "accepted a bad " << word;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadInput);
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  };
  refused([](TheoryOptions& o) { o.sigmas = {}; }, "sigma: ");
  refused([](TheoryOptions& o) { o.sigmas = {0}; }, "sigma: ");
  refused([](TheoryOptions& o) { o.sigmas = {1, 0.5}; }, "ascend");
  refused([](TheoryOptions& o) { o.sigmas = {std::numeric_limits<double>::quiet_NaN()}; }, "sigma: ");
  refused([](TheoryOptions& o) { o.sigmas = {9}; }, "sigma: ");
  refused([](TheoryOptions& o) { o.lengths = {64}; }, "at least 2");
  refused([](TheoryOptions& o) { o.lengths = {1, 64}; }, "lengths: ");
  refused([](TheoryOptions& o) { o.lengths = {64, 64}; }, "ascend");
  refused([](TheoryOptions& o) { o.lengths = {64, 100000}; }, "lengths: ");
  refused([](TheoryOptions& o) { o.head_sizes = {0}; }, "head-size: ");
  refused([](TheoryOptions& o) { o.head_sizes = {}; }, "head-size: ");
  refused([](TheoryOptions& o) { o.draws = 3; }, "draws: ");
  refused([](TheoryOptions& o) { o.confidence = 1; }, "confidence: ");
}

TEST(Theory, ExtremeOptionsGiveFiniteNumbers) {
  TheoryOptions options = Small();
  options.sigmas = {0.01, 8};
  options.lengths = {4, 5};
  options.head_sizes = {1};
  ThreadPool pool(2);
  const std::vector<double> numbers = NumbersOf(RunTheory(options, pool));
  EXPECT_TRUE(std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); }));
}

TEST(Theory, ThinsLengthsToFirstMiddleAndLast) {
  TheoryOptions options;
  EXPECT_EQ(ThinnedLengths(options, 256), (std::vector<std::size_t>{16, 64, 256}));
  options.lengths = {512, 1024};
  EXPECT_EQ(ThinnedLengths(options, 256), (std::vector<std::size_t>{512}));
  EXPECT_EQ(DrawsAt(options, 16), 8 * options.draws);
  EXPECT_EQ(DrawsAt(options, 512), 2 * options.draws);
  EXPECT_EQ(DrawsAt(options, 4096), options.draws);
}

}  // namespace
}  // namespace lengthwise
