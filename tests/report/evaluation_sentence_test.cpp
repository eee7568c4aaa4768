#include "report/evaluation_sentence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "report/evaluation_detail.h"
#include "report/evaluation_words.h"

namespace lengthwise {
namespace {

RunResult Scored(RunDescription description, Interval score, Interval shortest, Interval longest) {
  RunResult run;
  run.description = std::move(description);
  run.metrics = {{"ndcg_at_10", score}};
  BucketedScores quarters{"relevant_document", BucketKind::kEqualCount, std::vector<BucketScore>(2)};
  quarters.buckets[0].to = 461;
  quarters.buckets[0].score = shortest;
  quarters.buckets[1].from = 2295;
  quarters.buckets[1].score = longest;
  run.by_length = {quarters};
  return run;
}

RunResult Better(RunDescription description, Interval score, Interval difference) {
  RunResult run = Scored(std::move(description), score, {}, {});
  run.comparison = RunComparison{};
  run.comparison->difference = difference;
  return run;
}

// A search that serves long documents worse than short ones.
TaskResult Search() {
  TaskResult task;
  task.task = "man-pages";
  task.kind = "retrieval";
  task.unit = "query";
  task.units = 515;
  RunDescription words;
  words.kind = RunKind::kBm25;
  task.runs = {Scored({}, {0.880, 0.858, 0.901}, {0.921, 0.884, 0.952}, {0.802, 0.746, 0.856}),
               Scored(words, {0.878, 0.85, 0.9}, {0.860, 0.81, 0.90}, {0.824, 0.77, 0.87})};
  return task;
}

std::string Sentence(const TaskResult& task) {
  return EvaluationSentence(std::vector<TaskResult>{task}, "MiniLM");
}

std::string Advice(const TaskResult& task) {
  return EvaluationAdvice(std::vector<TaskResult>{task});
}

void ExpectHas(const std::string& text, const std::string& words) {
  EXPECT_NE(text.find(words), std::string::npos) << text;
}

TEST(EvaluationSentence, SaysWhetherLongDocumentsAreFoundWorse) {
  EXPECT_EQ(
      Sentence(Search()),
      "On man-pages, MiniLM finds long documents worse than short ones: nDCG@10 is 0.80 for the longest "
      "quarter (from 2295 tokens) and 0.92 for the shortest (up to 461); BM25, which only matches words, "
      "has 0.82 and 0.86.");
}

TEST(EvaluationSentence, SaysSoOnlyWhereTheDifferenceIsClear) {
  TaskResult task = Search();
  task.runs[0] = Scored({}, {0.88, 0.85, 0.90}, {0.88, 0.84, 0.92}, {0.86, 0.82, 0.90});
  ExpectHas(Sentence(task),
            "MiniLM serves long and short documents without a clear difference: nDCG@10 is 0.86");
  task.runs[0] = Scored({}, {0.88, std::nullopt, std::nullopt}, {0.9, std::nullopt, std::nullopt},
                        {0.5, std::nullopt, std::nullopt});
  ExpectHas(Sentence(task), "without a clear difference");
  task.runs[0] = Scored({}, {0.88, 0.85, 0.90}, {0.5, 0.45, 0.55}, {0.9, 0.85, 0.92});
  ExpectHas(Sentence(task), "finds long documents better than short ones");
}

TEST(EvaluationSentence, NamesTheTextsOfOtherTasks) {
  TaskResult task = Search();
  task.kind = "classification";
  task.unit = "text";
  task.runs.pop_back();
  task.runs[0].metrics[0].name = "accuracy";
  task.runs[0].by_length[0].length_of = "text";
  ExpectHas(Sentence(task), "serves long texts worse than short ones: accuracy is 0.80");
  task.runs[0].by_length.clear();
  EXPECT_EQ(
      Sentence(task),
      "On man-pages, MiniLM scores accuracy 0.88; its 515 texts do not differ enough in length to compare.");
}

// Independent errors: the half-widths add as squares. By hand: the interval of 0.8 - 0.9 reaches 0.03 and
// 0.04 below, 0.05 together.
TEST(LongestLessShortest, AddsTheIntervalsOfIndependentScores) {
  const RunResult run = Scored({}, {}, {0.9, 0.88, 0.94}, {0.8, 0.77, 0.83});
  const Interval difference = LongestLessShortest(run.by_length[0]);
  EXPECT_NEAR(*difference.estimate, -0.1, 1e-12);
  EXPECT_NEAR(*difference.low, -0.15, 1e-12);
  EXPECT_NEAR(*difference.high, -0.1 + std::hypot(0.03, 0.02), 1e-12);
}

TEST(EvaluationAdvice, NamesTheBestOfTheRepairsThatClearlyHelp) {
  TaskResult task = Search();
  EXPECT_EQ(Advice(task),
            "Try what may help: windows (the option windows=128), whitening (the option "
            "postprocess=whiten:0.3), a temperature "
            "(the option temperature=0.8,0.9).");
  RunDescription window;
  window.repair.long_input = {.kind = LongInputKind::kWindowMean, .window = 128};
  task.runs.push_back(Better(window, {0.93, {}, {}}, {0.05, 0.01, 0.09}));
  RunDescription temperature;
  temperature.repair.temperature = 0.8F;
  task.runs.push_back(Better(temperature, {0.95, {}, {}}, {0.07, -0.01, 0.15}));
  EXPECT_EQ(Advice(task),
            "Of 2 repairs tried, this helps most: windows of 128 tokens, averaged. nDCG@10 0.93 instead of "
            "0.88. Not tried: "
            "whitening (the option postprocess=whiten:0.3).");
}

TEST(RepairInWords, SaysEachPart) {
  RunDescription run;
  run.repair.long_input = {.kind = LongInputKind::kWindowMean, .window = 128};
  run.matching.best = 3;
  run.repair.post_process = ParsePostProcessSpec("whiten:0.3");
  run.held_out = true;
  EXPECT_EQ(RepairInWords(run),
            "windows of 128 tokens, the best 3 of which count, and whitening (whiten:0.3)");
  run.matching.best = 1;
  run.repair.post_process.reset();
  run.matching.csls = 10;
  EXPECT_EQ(RepairInWords(run),
            "windows of 128 tokens, the best of which counts, and CSLS over 10 neighbours");
  run.matching = {};
  run.repair.long_input->kind = LongInputKind::kLeadBody;
  EXPECT_EQ(RepairInWords(run), "windows of 128 tokens, averaged, the first of them beside that");
}

// Neither a baseline, a cut, nor a fit that has seen what it is judged on is a repair.
TEST(EvaluationAdvice, CountsNothingThatCannotBeUsed) {
  TaskResult task = Search();
  RunDescription cut;
  cut.cut = 64;
  RunDescription seen;
  seen.repair.post_process = ParsePostProcessSpec("whiten:0.3");
  RunDescription unseen = seen;
  unseen.held_out = true;
  for (const RunDescription& run : {cut, seen})
    task.runs.push_back(Better(run, {0.99, {}, {}}, {0.1, 0.05, 0.15}));
  ExpectHas(Advice(task), "Try what may help");
  task.runs.push_back(Better(unseen, {0.89, {}, {}}, {0.01, -0.01, 0.03}));
  ExpectHas(Advice(task), "The one repair tried does not help clearly. Not tried: windows");
}

// The interval of a temperature allows for the number of temperatures.
TEST(EvaluationAdvice, TakesTheSweepsIntervals) {
  TaskResult task = Search();
  RunDescription temperature;
  temperature.repair.temperature = 0.8F;
  task.runs.push_back(Better(temperature, {0.9, {}, {}}, {0.02, 0.005, 0.03}));
  ExpectHas(Advice(task), "this helps most: attention temperature 0.8. ");
  SweepCurve curve;
  curve.temperatures = {double{0.8F}};
  curve.differences = {{0.02, -0.005, 0.04}};
  task.sweep = Sweep{{curve}, {}};
  ExpectHas(Advice(task), "does not help clearly");
}

TEST(EvaluationDetail, HasTheIntervals) {
  const std::string detail = EvaluationDetail(std::vector<TaskResult>{Search()}, "MiniLM");
  EXPECT_EQ(
      detail,
      "MiniLM scores nDCG@10 0.880 [0.858, 0.901] on man-pages: 0.921 [0.884, 0.952] for the quarter with "
      "the shortest relevant documents (up to 461 tokens), 0.802 [0.746, 0.856] for the longest (from "
      "2295); longest less shortest -0.119 [-0.183, -0.054].");
}

}  // namespace
}  // namespace lengthwise
