#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "statistics/halves.h"
#include "tasks/compare_runs.h"

namespace lengthwise {
namespace {

// One run better by 1 on the units of one half only: that half chooses it, and the other half sees no gain;
// and the other way round, the other half keeps the model.
TEST(SummariseSweep, ReportsAChoiceOnTheUnitsThatDidNotMakeIt) {
  std::vector<std::string> ids;
  std::vector<std::optional<double>> base, swept;
  for (std::size_t u = 0; u < 60; ++u) {
    ids.push_back("unit " + std::to_string(u));
    base.push_back(0.5);
    swept.push_back(HalfOf(ids.back(), 9) == 0 ? 1.5 : 0.4);
  }
  std::vector<ScoredRun> runs(2);
  runs[0].metrics.push_back({"m", MeanOfUnits(base)});
  runs[1].metrics.push_back({"m", MeanOfUnits(swept)});
  runs[1].description.repair.temperature = 0.8F;
  ThreadPool pool(1);
  const Sweep sweep = *SummariseSweep(runs, ids, {}, {.seed = 9, .replicates = 50}, pool);
  ASSERT_EQ(sweep.choices.size(), 2U);
  EXPECT_DOUBLE_EQ(sweep.choices[0].temperature, double{0.8F});
  EXPECT_NEAR(sweep.choices[0].validation_difference, 1, 1e-12);
  EXPECT_NEAR(*sweep.choices[0].test_difference.estimate, -0.1, 1e-12);
  EXPECT_DOUBLE_EQ(sweep.choices[1].temperature, 1);
  EXPECT_NEAR(*sweep.choices[1].test_difference.estimate, 0, 1e-12);
}

TEST(HalfOf, SplitsIdsEvenlyAndBySeed) {
  std::size_t second = 0, moved = 0;
  for (std::size_t i = 0; i < 2000; ++i) {
    const std::string id = "q" + std::to_string(i);
    second += HalfOf(id, 1);
    moved += HalfOf(id, 1) != HalfOf(id, 2) ? 1 : 0;
  }
  // Standard deviation 22.
  EXPECT_NEAR(static_cast<double>(second), 1000, 112);
  EXPECT_NEAR(static_cast<double>(moved), 1000, 112);
}

}  // namespace
}  // namespace lengthwise
