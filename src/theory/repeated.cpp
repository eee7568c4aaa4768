#include "theory/repeated.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "statistics/student.h"
#include "theory/attention.h"
#include "theory/filter_rate.h"
#include "theory/laws.h"

namespace lengthwise {
namespace {

constexpr std::uint64_t kRepeatedStream = 2;
constexpr Eigen::Index kWidth = 16;

// Rows of attention that are the same to the last bit leave no differences at all; this keeps the logarithm
// finite.
constexpr double kLeastDifference = 1e-300;

// A sequence of token states as its mean token and the differences from it.
struct TokenStates {
  Eigen::RowVectorXd dc;
  RowMatrix hc;

  double LogRatio() const {
    return std::log(std::max(hc.norm(), kLeastDifference) /
                    (dc.norm() * std::sqrt(static_cast<double>(hc.rows()))));
  }

  void Attend(const RowMatrix& attention) {
    hc = attention * hc;
    const Eigen::RowVectorXd mean = hc.colwise().mean();
    hc.rowwise() -= mean;
    dc += mean;
  }
};

TokenStates DrawStates(std::size_t n, Random& random) {
  TokenStates states;
  states.hc.resize(static_cast<Eigen::Index>(n), kWidth);
  states.dc.resize(kWidth);
  for (Eigen::Index i = 0; i < states.hc.size(); ++i) states.hc.data()[i] = random.Normal();
  states.hc.rowwise() -= states.hc.colwise().mean().eval();
  for (double& x : states.dc) x = random.Normal();
  return states;
}

}  // namespace

RepeatedExperiment::RepeatedExperiment(const TheoryOptions& options) : options_(options) {
  for (const std::size_t head_size : {std::size_t{0}, options_.head_sizes.back()}) {
    for (const bool fresh : {false, true}) {
      for (const std::size_t n : ThinnedLengths(options_, kRepeatedLongest)) {
        groups_.push_back(
            {head_size, fresh, n,
             std::vector<std::vector<Draw>>(options_.sigmas.size(), std::vector<Draw>(options_.draws))});
      }
    }
  }
}

void RepeatedExperiment::AddTasks(std::vector<TheoryTask>& tasks) {
  for (Group& group : groups_) {
    const auto entries = static_cast<double>(group.n * group.n);
    const auto sigmas = static_cast<double>(options_.sigmas.size());
    const double matrices = group.fresh ? kRepeatedSteps : 1;
    const double cost = entries * (100 * matrices + sigmas * (20 * matrices + 20.0 * kRepeatedSteps + 50));
    for (std::size_t draw = 0; draw < options_.draws; ++draw) {
      tasks.push_back({cost, [this, &group, draw] { Run(group, draw); }});
    }
  }
}

void RepeatedExperiment::Run(Group& group, std::size_t draw) const {
  Random random(
      StreamSeed(options_.seed, {kRepeatedStream, group.head_size, group.fresh ? 1U : 0U, group.n, draw}));
  const TokenStates start = DrawStates(group.n, random);
  std::vector<TokenStates> states(options_.sigmas.size(), start);
  RowMatrix scores;
  std::vector<RowMatrix> attention(options_.sigmas.size());
  for (std::size_t step = 0; step <= kRepeatedSteps; ++step) {
    const bool draw_scores = step == 0 || (group.fresh && step < kRepeatedSteps);
    if (draw_scores) scores = DrawScores(group.n, group.head_size, random);
    for (std::size_t s = 0; s < options_.sigmas.size(); ++s) {
      Draw& result = group.draws[s][draw];
      result.log_ratio.push_back(states[s].LogRatio());
      if (draw_scores) attention[s] = SoftmaxRows(scores, options_.sigmas[s]);
      if (step == 0) result.sigma_a = LargestCentredSingularValue(attention[s], kTheoryTolerance).value;
      if (step < kRepeatedSteps) states[s].Attend(attention[s]);
    }
  }
}

std::vector<RepeatedCell> RepeatedExperiment::Result() const {
  std::vector<RepeatedCell> cells;
  for (const Group& group : groups_) {
    for (std::size_t s = 0; s < options_.sigmas.size(); ++s) {
      const std::vector<Draw>& draws = group.draws[s];
      RepeatedCell cell;
      cell.head_size = group.head_size;
      cell.fresh = group.fresh;
      cell.sigma = options_.sigmas[s];
      cell.n = group.n;
      cell.draws = draws.size();
      cell.law = FlatLaw(cell.sigma, static_cast<double>(cell.n)) / 2;
      cell.log_ratio.assign(kRepeatedSteps + 1, 0);
      std::vector<double> changes;
      std::vector<double> rates;
      constexpr std::size_t kHalf = kRepeatedSteps / 2;
      for (const Draw& draw : draws) {
        for (std::size_t step = 0; step <= kRepeatedSteps; ++step) {
          cell.log_ratio[step] +=
              draw.log_ratio[step] / std::numbers::ln10 / static_cast<double>(draws.size());
        }
        cell.sigma_a += draw.sigma_a / static_cast<double>(draws.size());
        changes.push_back((draw.log_ratio.back() - draw.log_ratio.front()) / std::numbers::ln10);
        rates.push_back((draw.log_ratio.back() - draw.log_ratio[kHalf]) /
                        static_cast<double>(kRepeatedSteps - kHalf));
      }
      cell.change = MeanInterval(changes, options_.confidence);
      const Interval rate = MeanInterval(rates, options_.confidence);
      cell.rate = {std::exp(*rate.estimate), std::exp(*rate.low), std::exp(*rate.high)};
      cells.push_back(cell);
    }
  }
  return cells;
}

}  // namespace lengthwise
