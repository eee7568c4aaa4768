#include "tasks/classification.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <Eigen/Core>

#include "base/random.h"
#include "base/shuffle.h"
#include "search/search.h"
#include "tasks/logistic_regression.h"

namespace lengthwise {
namespace {

std::vector<std::vector<std::uint32_t>> ByLabel(const LabelledTask& task,
                                                std::span<const std::uint32_t> texts) {
  std::vector<std::vector<std::uint32_t>> by_label(task.labels.size());
  for (const std::uint32_t text : texts) by_label[task.label_of[text]].push_back(text);
  return by_label;
}

VectorSet Rows(const VectorSet& vectors, std::span<const std::uint32_t> texts) {
  VectorSet rows;
  rows.dimension = vectors.dimension;
  for (const std::uint32_t text : texts) {
    const std::span<const float> row = vectors.row(text);
    rows.values.insert(rows.values.end(), row.begin(), row.end());
  }
  return rows;
}

LogisticModel Learn(const LabelledTask& task, const VectorSet& vectors,
                    std::span<const std::uint32_t> texts) {
  Eigen::MatrixXd rows(static_cast<Eigen::Index>(texts.size()), static_cast<Eigen::Index>(vectors.dimension));
  std::vector<std::uint32_t> classes;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::span<const float> row = vectors.row(texts[i]);
    for (std::size_t c = 0; c < row.size(); ++c)
      rows(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)) = row[c];
    classes.push_back(task.label_of[texts[i]]);
  }
  return FitLogistic(rows, classes, task.labels.size());
}

}  // namespace

LabelSplit SplitLabels(const LabelledTask& task, std::uint64_t seed) {
  LabelSplit split;
  if (!task.is_test.empty()) {
    for (std::uint32_t text = 0; text < task.texts.size(); ++text) {
      (task.is_test[text] ? split.test : split.train).push_back(text);
    }
    return split;
  }
  std::vector<std::uint32_t> all(task.texts.size());
  for (std::uint32_t text = 0; text < all.size(); ++text) all[text] = text;
  Random random(seed);
  for (std::vector<std::uint32_t>& texts : ByLabel(task, all)) {
    Shuffle(texts, random);
    const auto half = static_cast<std::ptrdiff_t>((texts.size() + 1) / 2);
    split.train.insert(split.train.end(), texts.begin(), texts.begin() + half);
    split.test.insert(split.test.end(), texts.begin() + half, texts.end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.test.begin(), split.test.end());
  return split;
}

std::vector<std::vector<std::uint32_t>> DrawExperiments(const LabelledTask& task, const LabelSplit& split,
                                                        std::uint64_t seed) {
  Random random(seed);
  const std::vector<std::vector<std::uint32_t>> by_label = ByLabel(task, split.train);
  std::vector<std::vector<std::uint32_t>> experiments(kExperiments);
  for (std::vector<std::uint32_t>& experiment : experiments) {
    for (std::vector<std::uint32_t> texts : by_label) {
      Shuffle(texts, random);
      texts.resize(std::min(kTextsPerLabel, texts.size()));
      experiment.insert(experiment.end(), texts.begin(), texts.end());
    }
    std::sort(experiment.begin(), experiment.end());
  }
  return experiments;
}

std::vector<std::uint32_t> NearestNeighbourLabels(const LabelledTask& task, const VectorSet& vectors,
                                                  const LabelSplit& split, ThreadPool& pool) {
  std::vector<std::uint32_t> order(split.train.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  SearchOptions options;
  options.depth = kNeighbours;
  const std::vector<Ranking> rankings =
      Search(Rows(vectors, split.train), Rows(vectors, split.test), order, options, pool);
  std::vector<std::uint32_t> labels;
  for (const Ranking& ranking : rankings) {
    std::vector<std::size_t> votes(task.labels.size(), 0);
    for (const Hit& hit : ranking) ++votes[task.label_of[split.train[hit.document]]];
    labels.push_back(
        static_cast<std::uint32_t>(std::max_element(votes.begin(), votes.end()) - votes.begin()));
  }
  return labels;
}

ScoredRun ScoreClassification(const LabelledTask& task, const VectorSet& vectors, const LabelSplit& split,
                              std::uint64_t seed, ThreadPool& pool) {
  std::vector<std::vector<std::uint32_t>> experiments = DrawExperiments(task, split, seed);
  experiments.push_back(split.train);
  std::vector<std::vector<bool>> right(experiments.size(), std::vector<bool>(split.test.size()));
  pool.For(experiments.size(), [&](std::size_t e, std::size_t) {
    const LogisticModel model = Learn(task, vectors, experiments[e]);
    for (std::size_t t = 0; t < split.test.size(); ++t) {
      right[e][t] = model.Predict(vectors.row(split.test[t])) == task.label_of[split.test[t]];
    }
  });
  const std::vector<std::uint32_t> neighbours = NearestNeighbourLabels(task, vectors, split, pool);
  using Values = std::vector<std::optional<double>>;
  Values accuracy(split.test.size()), all_train(split.test.size()), knn(split.test.size());
  ScoredRun run;
  for (std::size_t t = 0; t < split.test.size(); ++t) {
    double sum = 0;
    for (std::size_t e = 0; e < kExperiments; ++e) sum += right[e][t] ? 1 : 0;
    run.values.push_back(sum / kExperiments);
    accuracy[t] = run.values.back();
    all_train[t] = right[kExperiments][t] ? 1.0 : 0.0;
    knn[t] = neighbours[t] == task.label_of[split.test[t]] ? 1.0 : 0.0;
  }
  run.metrics = {{"accuracy", MeanOfUnits(std::move(accuracy))},
                 {"accuracy_all_train", MeanOfUnits(std::move(all_train))},
                 {"knn_accuracy", MeanOfUnits(std::move(knn))}};
  return run;
}

}  // namespace lengthwise
