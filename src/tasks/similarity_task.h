// Scoring a similarity (STS) task: rank correlation with people's ratings.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "lengthwise/task.h"
#include "search/vector_set.h"
#include "tasks/scored_run.h"

namespace lengthwise {

// Spearman's correlation of two variables over a multiset of units: Pearson's of the ranks, equal values
// sharing their mean rank. Absent where one of them is constant.
class Spearman {
 public:
  Spearman(std::vector<double> x, std::vector<double> y);
  std::optional<double> operator()(std::span<const UnitCount> units) const;

 private:
  struct Variable {
    std::vector<double> values;
    std::vector<std::size_t> order;  // units by ascending value
  };
  static Variable Order(std::vector<double> values);
  static std::vector<double> Ranks(const Variable& variable, std::span<const double> weights);

  Variable x_, y_;
};

// Metric `cosine_spearman` (units are pairs): the cosine of the pair against its score. Rows of unit length.
ScoredRun ScoreSimilarity(const SimilarityTask& task, const VectorSet& first, const VectorSet& second);

}  // namespace lengthwise
