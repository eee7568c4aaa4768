#include "statistics/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"

namespace lengthwise {
namespace {

std::vector<std::uint32_t> Units(std::size_t count) {
  std::vector<std::uint32_t> units(count);
  std::iota(units.begin(), units.end(), 0U);
  return units;
}

std::vector<std::optional<double>> NormalValues(std::size_t count, double mean, Random& random) {
  std::vector<std::optional<double>> values(count);
  for (auto& value : values) value = mean + random.Normal();
  return values;
}

TEST(MeanOfUnits, WeighsUnitsAndLeavesOutThoseWithoutAValue) {
  const UnitScore score = MeanOfUnits({1.0, std::nullopt, 4.0});
  EXPECT_DOUBLE_EQ(*score(std::vector<UnitCount>{{0, 1}, {1, 5}, {2, 2}}), 3);
  EXPECT_FALSE(score(std::vector<UnitCount>{{1, 1}}));
}

TEST(ResampleScores, GivesTheIntervalThatTheCentralLimitTheoremGives) {
  Random random(1);
  const std::size_t count = 400;
  const std::vector<std::optional<double>> values = NormalValues(count, 2, random);
  double mean = 0, square = 0;
  for (const auto& value : values) mean += *value / count;
  for (const auto& value : values) square += (*value - mean) * (*value - mean) / count;
  const UnitScore score = MeanOfUnits(values);
  const UnitScore* const scores[] = {&score};
  ThreadPool pool(2);
  const Resampled resampled = ResampleScores(scores, Units(count), {.seed = 3, .replicates = 4000}, pool);
  const Interval interval = ScoreInterval(resampled, 0, 0.95);
  const double half = 1.96 * std::sqrt(square / count);
  EXPECT_NEAR(*interval.estimate, mean, 1e-12);
  // The 2.5 % quantile of 4,000 replicates varies by about 3 % of the half width; 10 % is over three times
  // that.
  EXPECT_NEAR(*interval.low, mean - half, 0.1 * half);
  EXPECT_NEAR(*interval.high, mean + half, 0.1 * half);
}

TEST(ResampleScores, PairsTheRunsSoThatWhatTheyShareCancels) {
  Random random(2);
  const std::vector<std::optional<double>> base = NormalValues(100, 0, random);
  std::vector<std::optional<double>> shifted = base;
  for (auto& value : shifted) *value += 0.25;
  const UnitScore a = MeanOfUnits(base);
  const UnitScore b = MeanOfUnits(shifted);
  const UnitScore* const scores[] = {&a, &b};
  ThreadPool pool(1);
  const Resampled resampled = ResampleScores(scores, Units(100), {}, pool);
  const Interval difference = DifferenceInterval(resampled, 1, 0, 0.95);
  EXPECT_NEAR(*difference.low, 0.25, 1e-12);
  EXPECT_NEAR(*difference.high, 0.25, 1e-12);
  EXPECT_GT(*ScoreInterval(resampled, 0, 0.95).high - *ScoreInterval(resampled, 0, 0.95).low, 0.2);
}

TEST(ResampleScores, IsTheSameAtAnyNumberOfThreadsAndDiffersBySeed) {
  Random random(3);
  const UnitScore score = MeanOfUnits(NormalValues(50, 0, random));
  const UnitScore* const scores[] = {&score};
  ThreadPool one(1), three(3);
  const ResamplingOptions options{.seed = 5, .replicates = 200};
  const Resampled resampled = ResampleScores(scores, Units(50), options, one);
  EXPECT_EQ(resampled.replicates, ResampleScores(scores, Units(50), options, three).replicates);
  EXPECT_NE(resampled.replicates,
            ResampleScores(scores, Units(50), {.seed = 6, .replicates = 200}, one).replicates);
}

TEST(ResampleScores, LeavesOutResamplesInWhichAScoreIsNotDefined) {
  const UnitScore defined = MeanOfUnits(std::vector<std::optional<double>>(12, 1.0));
  std::vector<std::optional<double>> rare(12);
  rare[7] = 3.0;
  const UnitScore needs_seven = MeanOfUnits(rare);
  const UnitScore* const scores[] = {&defined, &needs_seven};
  ThreadPool pool(1);
  const Resampled resampled = ResampleScores(scores, Units(12), {.seed = 1, .replicates = 2000}, pool);
  // A resample of 12 misses unit 7 with probability (11/12)^12 = .352; its standard error here is .011.
  EXPECT_NEAR(static_cast<double>(resampled.replicates[0].size()) / 2000, 1 - std::pow(11.0 / 12, 12), 0.05);
  EXPECT_EQ(resampled.replicates[0].size(), resampled.replicates[1].size());
}

TEST(ResampleScores, GivesNoIntervalOfFewUnits) {
  const UnitScore score = MeanOfUnits(std::vector<std::optional<double>>(9, 1.0));
  const UnitScore* const scores[] = {&score};
  ThreadPool pool(1);
  const Interval interval = ScoreInterval(ResampleScores(scores, Units(9), {}, pool), 0, 0.95);
  EXPECT_DOUBLE_EQ(*interval.estimate, 1);
  EXPECT_FALSE(interval.low);
}

// Of eight runs that differ from the base by noise alone, some single interval misses 0 in about a third of
// the worlds; the simultaneous ones all hold 0 in 95 %.
TEST(SimultaneousDifferences, HoldTogetherAsOftenAsTheySay) {
  ThreadPool pool(1);
  const std::size_t worlds = 200, runs = 8, count = 60;
  std::size_t all_hold = 0, singles_hold = 0;
  for (std::size_t world = 0; world < worlds; ++world) {
    Random random(1000 + world);
    std::vector<UnitScore> kept;
    for (std::size_t r = 0; r <= runs; ++r) {
      kept.push_back(MeanOfUnits(r == 0 ? std::vector<std::optional<double>>(count, 0.0)
                                        : NormalValues(count, 0, random)));
    }
    std::vector<const UnitScore*> scores;
    for (const UnitScore& score : kept) scores.push_back(&score);
    const Resampled resampled = ResampleScores(scores, Units(count), {.seed = 7, .replicates = 400}, pool);
    std::vector<std::size_t> places(runs);
    std::iota(places.begin(), places.end(), std::size_t{1});
    const auto holds = [](const Interval& interval) { return *interval.low <= 0 && *interval.high >= 0; };
    bool together = true, singly = true;
    const std::vector<Interval> intervals = SimultaneousDifferences(resampled, places, 0, 0.95);
    for (std::size_t r = 0; r < runs; ++r) {
      together = together && holds(intervals[r]);
      singly = singly && holds(DifferenceInterval(resampled, r + 1, 0, 0.95));
    }
    all_hold += together ? 1 : 0;
    singles_hold += singly ? 1 : 0;
  }
  // 95 % of 200 worlds is 190, standard deviation 3.1; the bootstrap of 60 values is a little narrow. .95^8
  // is 66 %.
  EXPECT_GE(all_hold, 176U);
  EXPECT_LE(all_hold, 199U);
  EXPECT_LE(singles_hold, 155U);
}

}  // namespace
}  // namespace lengthwise
