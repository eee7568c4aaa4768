// The filter-rate theorem as an inequality: ||HC[A X W]||_F <= sigma_a ||W||_2 ||HC[X]||_F.
#pragma once

#include <cstddef>
#include <vector>

#include "statistics/interval.h"
#include "theory/options.h"

namespace lengthwise {

// Where the scores come from.
enum class InequalityScores {
  kIndependent,  // independent Gaussian
  kHeads,        // Gaussian queries and keys that know nothing of X
  kSelf,         // queries and keys are random projections of X itself
};
// "independent", "heads", "self".
const char* InequalityScoresName(InequalityScores scores);

inline constexpr std::size_t kInequalityLongest = 256;
inline constexpr double kInequalityTolerance = 1e-9;

struct InequalityCell {
  InequalityScores scores = InequalityScores::kIndependent;
  double sigma = 0;
  std::size_t n = 0;
  std::size_t checks = 0;      // random X and W, and one aligned X and W for each
  std::size_t violations = 0;  // beyond the singular value's own tolerance
  Interval ratio;              // left side over right side for random X and W
  double largest_ratio = 0;
  // ratio = attention_ratio * value_ratio: ||HC[A X]|| / (sigma_a ||HC[X]||), and what W adds to that.
  double attention_ratio = 0;
  double value_ratio = 0;
  // The same for X and W built from the top singular vectors of (I - 11^T/n) A and W; least over the draws. 1
  // says that the constant cannot be improved.
  double aligned_ratio = 0;
};

// X [n x 64] and W [64 x head size] are Gaussian; X has a mean token as large as the differences from it.
class InequalityExperiment {
 public:
  explicit InequalityExperiment(const TheoryOptions& options);
  void AddTasks(std::vector<TheoryTask>& tasks);
  std::vector<InequalityCell> Result() const;

 private:
  struct Draw {
    double attention_ratio = 0;
    double value_ratio = 0;
    double aligned_ratio = 0;
  };
  struct Group {
    InequalityScores scores = InequalityScores::kIndependent;
    std::size_t n = 0;
    std::vector<std::vector<Draw>> draws;  // [sigma][draw]
  };

  void Run(Group& group, std::size_t draw) const;

  TheoryOptions options_;
  std::vector<Group> groups_;
};

}  // namespace lengthwise
