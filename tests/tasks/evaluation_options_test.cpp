#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "refusal.h"
#include "tasks/evaluate.h"
#include "tasks/made_retrieval.h"

namespace lengthwise {
namespace {

using testing::AtTemperature;
using testing::kTinyBert;
using testing::MakeRetrieval;
using testing::Options;
using testing::Refusal;

TEST(EvaluateTask, NamesEveryWayOfFittingAPostProcessing) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.resampling.replicates = 10;
  options.post_processes = {ParsePostProcessSpec("center")};
  options.query_means = {ParseQueryMean("5"), ParseQueryMean("pseudo"), ParseQueryMean("documents")};
  options.temperatures = {0.5F};
  options.csls = {3};
  options.combine = true;
  const TaskResult result = EvaluateTask(MakeRetrieval(), base, options)[0];
  std::vector<std::string> names;
  for (const RunResult& run : result.runs) names.push_back(RunName(run.description));
  EXPECT_EQ(names,
            (std::vector<std::string>{"model", "csls:3", "csls:3 held out", "center", "center csls:3",
                                      "center held out", "center csls:3 held out",
                                      "center query mean 5 held out", "center query mean pseudo held out",
                                      "center query mean documents held out", "temperature 0.5",
                                      "temperature 0.5 center", "temperature 0.5 center held out", "bm25"}));
  // Of the sweep is the temperature alone.
  EXPECT_EQ(result.sweep->curves[0].temperatures.size(), 1U);
}

TEST(EvaluationOptions, RefusesOptionsThatSayNothing) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.query_means = {ParseQueryMean("pseudo")};
  const auto says = [](const std::string& message, const char* part) {
    return message.find(part) != std::string::npos;
  };
  EXPECT_TRUE(says(Refusal([&] { EvaluateTask(MakeRetrieval(), base, options); }), "none is asked for"));
  EXPECT_TRUE(says(Refusal([] { ParseQueryMean("1"); }), "2 or more"));
  EXPECT_TRUE(says(Refusal([] { ParseQueryMean("titles"); }), "titles"));
}

TEST(EvaluationOptions, RefusesMoreNeighboursThanThereAreQueries) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.csls = {24, 25};
  const std::string refusal = Refusal([&] { CheckEvaluationOptions(options, base, MakeRetrieval()); });
  EXPECT_NE(refusal.find("25 neighbours, but made has 24 queries; ask for 24 or fewer"), std::string::npos)
      << refusal;
  options.csls = {24};
  CheckEvaluationOptions(options, base, MakeRetrieval());
}

TEST(EvaluateTask, SaysWhereAHalfOfTheQueriesIsTooFew) {
  const std::size_t half = 12;
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.resampling.seed = 1;
  options.post_processes = {ParsePostProcessSpec("center")};
  options.csls = {half};
  options.query_means = {ParseQueryMean(std::to_string(half))};
  EXPECT_TRUE(EvaluateTask(MakeRetrieval(), base, options)[0].notes.empty());
  options.csls = {half + 1};
  options.query_means = {ParseQueryMean(std::to_string(half + 1))};
  const std::vector<std::string> notes = EvaluateTask(MakeRetrieval(), base, options)[0].notes;
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_NE(notes[0].find("CSLS with " + std::to_string(half + 1) + " neighbours"), std::string::npos);
  EXPECT_NE(notes[1].find("rests on the " + std::to_string(half)), std::string::npos);
}

TEST(EvaluationOptions, RefusesToCombineNothing) {
  const Session base(kTinyBert, AtTemperature(1));
  const auto refuses = [&](const EvaluationOptions& options) {
    return Refusal([&] { CheckEvaluationOptions(options, base, MakeRetrieval()); })
        .starts_with("nothing to combine");
  };
  EvaluationOptions options = Options();
  options.combine = true;
  EXPECT_TRUE(refuses(options));
  options.post_processes = {ParsePostProcessSpec("center")};
  EXPECT_TRUE(refuses(options));
  options.csls = {5};
  CheckEvaluationOptions(options, base, MakeRetrieval());
  options.csls = {};
  options.temperatures = {0.8F};
  CheckEvaluationOptions(options, base, MakeRetrieval());
  options.post_processes = {};
  EXPECT_TRUE(refuses(options));
}

TEST(EvaluationOptions, RefusesToRemoveEveryDirection) {
  const Session base(kTinyBert, AtTemperature(1));
  EvaluationOptions options = Options();
  options.post_processes = {ParsePostProcessSpec("abtt:36")};
  const std::string refusal = Refusal([&] { CheckEvaluationOptions(options, base, MakeRetrieval()); });
  EXPECT_NE(refusal.find("36 of 36 dimensions"), std::string::npos) << refusal;
  options.post_processes = {ParsePostProcessSpec("abtt:35")};
  CheckEvaluationOptions(options, base, MakeRetrieval());
}

}  // namespace
}  // namespace lengthwise
