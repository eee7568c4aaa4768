// Repeated attention: how fast ||HC[X]|| / ||DC[X]|| falls (the source's lemma).
#pragma once

#include <cstddef>
#include <vector>

#include "statistics/interval.h"
#include "theory/options.h"

namespace lengthwise {

inline constexpr std::size_t kRepeatedSteps = 16;
// Longest length simulated: a fresh matrix is drawn for every step.
inline constexpr std::size_t kRepeatedLongest = 256;

struct RepeatedCell {
  std::size_t head_size = 0;  // 0: independent scores
  bool fresh = false;         // a new A each step, or one A throughout
  double sigma = 0;
  std::size_t n = 0;
  std::size_t draws = 0;
  // log10 of ||HC|| / ||DC|| after t steps, geometric mean over draws, t = 0 .. kRepeatedSteps.
  std::vector<double> log_ratio;
  Interval change;  // of log10 of the ratio, from 0 to kRepeatedSteps steps
  // Factor a step, geometric mean over the second half of the steps, with its interval.
  Interval rate;
  // sqrt((e^{sigma^2} - 1) / n), half the flat law: the root mean square of the singular values of flat
  // attention, and the radius of its eigenvalues (circular law) for independent scores.
  double law = 0;
  double sigma_a = 0;  // mean largest singular value of the matrices of the first step
};

// X starts with standard normal entries plus a mean token of the same size: ||HC|| = ||DC||, nearly. HC and
// DC are carried apart (HC[A X] = H A HC[X], as H A 1 = 0), so that rounding sets no floor.
class RepeatedExperiment {
 public:
  explicit RepeatedExperiment(const TheoryOptions& options);
  void AddTasks(std::vector<TheoryTask>& tasks);
  std::vector<RepeatedCell> Result() const;

 private:
  struct Draw {
    std::vector<double> log_ratio;  // natural logarithm, by step
    double sigma_a = 0;
  };
  struct Group {
    std::size_t head_size = 0;
    bool fresh = false;
    std::size_t n = 0;
    std::vector<std::vector<Draw>> draws;  // [sigma][draw]
  };

  void Run(Group& group, std::size_t draw) const;

  TheoryOptions options_;
  std::vector<Group> groups_;
};

}  // namespace lengthwise
