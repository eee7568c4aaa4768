// Scoring a classification task, as MTEB does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lengthwise/task.h"
#include "math/thread_pool.h"
#include "search/vector_set.h"
#include "tasks/scored_run.h"

namespace lengthwise {

// Texts to learn from and texts to test on: the folder's split, or else a half of every label's texts each,
// drawn with the seed (of an odd number, one more to learn from).
struct LabelSplit {
  std::vector<std::uint32_t> train;  // ascending
  std::vector<std::uint32_t> test;
};
LabelSplit SplitLabels(const LabelledTask& task, std::uint64_t seed);

// MTEB's protocol: this many draws of this many training texts a label (all, where a label has fewer).
inline constexpr std::size_t kExperiments = 10;
inline constexpr std::size_t kTextsPerLabel = 8;
// Neighbours that vote.
inline constexpr std::size_t kNeighbours = 5;

// The texts of every experiment, ascending; the same for every run of a task.
std::vector<std::vector<std::uint32_t>> DrawExperiments(const LabelledTask& task, const LabelSplit& split,
                                                        std::uint64_t seed);

// The label of each row of `test` by the vote of its kNeighbours nearest rows of `train` (cosine). The nearer
// row wins a tie of distances by coming first in `train`; a tie of votes is won by the lower label (as in
// scikit-learn).
std::vector<std::uint32_t> NearestNeighbourLabels(const LabelledTask& task, const VectorSet& vectors,
                                                  const LabelSplit& split, ThreadPool& pool);

// Metrics by test text (units are split.test, in order): `accuracy`, the share of the experiments whose
// logistic regression tells its label (the main one, as in MTEB); `accuracy_all_train`, with every training
// text; `knn_accuracy`.
ScoredRun ScoreClassification(const LabelledTask& task, const VectorSet& vectors, const LabelSplit& split,
                              std::uint64_t seed, ThreadPool& pool);

}  // namespace lengthwise
