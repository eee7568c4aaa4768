#include "tasks/classification.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"

namespace lengthwise {
namespace {

// Rows near the axis of their label; every fifth row lies near the next label's.
struct Labelled {
  LabelledTask task;
  VectorSet vectors;
};
Labelled NearAxes(std::size_t rows, std::size_t labels) {
  Random random(1);
  Labelled data;
  data.vectors.dimension = labels + 2;
  for (std::size_t k = 0; k < labels; ++k) data.task.labels.push_back("label " + std::to_string(k));
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t label = i % labels;
    const std::size_t axis = i % 5 == 4 ? (label + 1) % labels : label;
    data.task.texts.push_back("text " + std::to_string(i));
    data.task.label_of.push_back(static_cast<std::uint32_t>(label));
    for (std::size_t c = 0; c < data.vectors.dimension; ++c) {
      data.vectors.values.push_back(static_cast<float>(0.1 * random.Normal() + (c == axis ? 1 : 0)));
    }
  }
  NormalizeRows(data.vectors, "test");
  return data;
}

TEST(SplitLabels, TakesHalfOfEveryLabelOrWhatTheFolderSays) {
  Labelled data = NearAxes(33, 3);
  const LabelSplit split = SplitLabels(data.task, 1);
  EXPECT_EQ(split.train.size(), 18U);  // six of each label's eleven
  EXPECT_EQ(split.test.size(), 15U);
  std::set<std::uint32_t> all(split.train.begin(), split.train.end());
  all.insert(split.test.begin(), split.test.end());
  EXPECT_EQ(all.size(), 33U);
  std::vector<std::size_t> by_label(3, 0);
  for (const std::uint32_t text : split.test) ++by_label[data.task.label_of[text]];
  EXPECT_EQ(by_label, (std::vector<std::size_t>{5, 5, 5}));
  EXPECT_EQ(split.test, SplitLabels(data.task, 1).test);
  EXPECT_NE(split.test, SplitLabels(data.task, 2).test);

  data.task.is_test.assign(33, false);
  data.task.is_test[4] = data.task.is_test[9] = true;
  EXPECT_EQ(SplitLabels(data.task, 1).test, (std::vector<std::uint32_t>{4, 9}));
}

TEST(DrawExperiments, TakesAsManyTextsOfEveryLabelFromTheTrainingTextsAlone) {
  const Labelled data = NearAxes(90, 3);
  const LabelSplit split = SplitLabels(data.task, 1);
  const auto experiments = DrawExperiments(data.task, split, 1);
  ASSERT_EQ(experiments.size(), kExperiments);
  for (const std::vector<std::uint32_t>& experiment : experiments) {
    std::vector<std::size_t> by_label(3, 0);
    for (const std::uint32_t text : experiment) {
      ++by_label[data.task.label_of[text]];
      EXPECT_TRUE(std::binary_search(split.train.begin(), split.train.end(), text));
    }
    EXPECT_EQ(by_label, (std::vector<std::size_t>(3, kTextsPerLabel)));
  }
  EXPECT_NE(experiments[0], experiments[1]);
}

TEST(NearestNeighbourLabels, AreTheVotesOfTheNearestTrainingRows) {
  const Labelled data = NearAxes(100, 4);
  const LabelSplit split = SplitLabels(data.task, 1);
  ThreadPool pool(2);
  const std::vector<std::uint32_t> found = NearestNeighbourLabels(data.task, data.vectors, split, pool);
  for (std::size_t t = 0; t < split.test.size(); ++t) {
    std::vector<std::pair<double, std::uint32_t>> near;
    for (const std::uint32_t text : split.train) {
      double product = 0;
      for (std::size_t c = 0; c < data.vectors.dimension; ++c) {
        product += static_cast<double>(data.vectors.row(split.test[t])[c]) * data.vectors.row(text)[c];
      }
      near.emplace_back(-product, data.task.label_of[text]);
    }
    std::sort(near.begin(), near.end());
    std::vector<std::size_t> votes(4, 0);
    for (std::size_t i = 0; i < kNeighbours; ++i) ++votes[near[i].second];
    EXPECT_EQ(found[t], std::max_element(votes.begin(), votes.end()) - votes.begin()) << "test text " << t;
  }
}

TEST(ScoreClassification, TellsLabelsThatLieApartAndMissesThoseThatLieElsewhere) {
  const Labelled data = NearAxes(200, 4);
  const LabelSplit split = SplitLabels(data.task, 1);
  ThreadPool one(1), three(3);
  const ScoredRun run = ScoreClassification(data.task, data.vectors, split, 1, one);
  EXPECT_EQ(run.metrics[0].name, "accuracy");
  ASSERT_EQ(run.values.size(), split.test.size());
  for (std::size_t t = 0; t < split.test.size(); ++t) {
    EXPECT_EQ(run.values[t] > 0.5, split.test[t] % 5 != 4) << "test text " << t;
  }
  EXPECT_EQ(run.values, ScoreClassification(data.task, data.vectors, split, 1, three).values);
}

}  // namespace
}  // namespace lengthwise
