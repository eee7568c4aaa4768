#include "theory/inequality.h"

#include <algorithm>
#include <cmath>

#include <Eigen/SVD>

#include "statistics/student.h"
#include "theory/attention.h"

namespace lengthwise {
namespace {

constexpr std::uint64_t kInequalityStream = 3;
constexpr Eigen::Index kModelWidth = 64;

// Below this the rows of attention are so nearly the same that rounding of its entries shows in the ratio of
// the two sides, both near 0: such a draw counts as met with 0.
constexpr double kNoFilter = 1e-6;

RowMatrix DrawNormal(Eigen::Index rows, Eigen::Index columns, Random& random) {
  RowMatrix matrix(rows, columns);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = random.Normal();
  return matrix;
}

RowMatrix Centred(const RowMatrix& x) {
  return x.rowwise() - x.colwise().mean();
}

// Scores of standard deviation 1 over each row, on average.
RowMatrix SelfScores(const RowMatrix& x, Eigen::Index head_size, Random& random) {
  const RowMatrix queries = x * DrawNormal(kModelWidth, head_size, random);
  // A part of the key that all tokens share adds a constant to each row of the scores, which softmax ignores.
  const RowMatrix keys = Centred(x) * DrawNormal(kModelWidth, head_size, random);
  RowMatrix scores = queries * keys.transpose();
  scores *= std::sqrt(static_cast<double>(scores.size())) / scores.norm();
  return scores;
}

}  // namespace

const char* InequalityScoresName(InequalityScores scores) {
  switch (scores) {
    case InequalityScores::kIndependent:
      return "independent";
    case InequalityScores::kHeads:
      return "heads";
    case InequalityScores::kSelf:
      break;
  }
  return "self";
}

InequalityExperiment::InequalityExperiment(const TheoryOptions& options) : options_(options) {
  for (const InequalityScores scores :
       {InequalityScores::kIndependent, InequalityScores::kHeads, InequalityScores::kSelf}) {
    for (const std::size_t n : ThinnedLengths(options_, kInequalityLongest)) {
      groups_.push_back(
          {scores, n,
           std::vector<std::vector<Draw>>(options_.sigmas.size(), std::vector<Draw>(options_.draws))});
    }
  }
}

void InequalityExperiment::AddTasks(std::vector<TheoryTask>& tasks) {
  for (Group& group : groups_) {
    const auto entries = static_cast<double>(group.n * group.n);
    const double cost = entries * (100 + 300 * static_cast<double>(options_.sigmas.size()));
    for (std::size_t draw = 0; draw < options_.draws; ++draw) {
      tasks.push_back({cost, [this, &group, draw] { Run(group, draw); }});
    }
  }
}

void InequalityExperiment::Run(Group& group, std::size_t draw) const {
  Random random(StreamSeed(options_.seed,
                           {kInequalityStream, static_cast<std::uint64_t>(group.scores), group.n, draw}));
  const auto n = static_cast<Eigen::Index>(group.n);
  const auto head_size = static_cast<Eigen::Index>(options_.head_sizes.back());
  RowMatrix x = DrawNormal(n, kModelWidth, random);
  x.rowwise() += DrawNormal(1, kModelWidth, random).row(0);
  const RowMatrix value = DrawNormal(kModelWidth, head_size, random);
  const RowMatrix scores =
      group.scores == InequalityScores::kSelf
          ? SelfScores(x, head_size, random)
          : DrawScores(group.n, group.scores == InequalityScores::kHeads ? options_.head_sizes.back() : 0,
                       random);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(value, Eigen::ComputeThinU);
  const double value_norm = svd.singularValues()[0];
  const double spread = Centred(x).norm();
  for (std::size_t s = 0; s < options_.sigmas.size(); ++s) {
    const RowMatrix attention = SoftmaxRows(scores, options_.sigmas[s]);
    const SingularValue top = LargestCentredSingularValue(attention, kInequalityTolerance);
    Draw& result = group.draws[s][draw];
    if (top.value < kNoFilter) {
      result = {.attention_ratio = 0, .value_ratio = 0, .aligned_ratio = 1};
      continue;
    }
    const RowMatrix filtered = Centred(attention * x);
    result.attention_ratio = filtered.norm() / (top.value * spread);
    result.value_ratio = (filtered * value).norm() / (value_norm * filtered.norm());
    const RowMatrix aligned = top.right * svd.matrixU().col(0).transpose();
    result.aligned_ratio =
        Centred(attention * aligned * value).norm() / (top.value * value_norm * Centred(aligned).norm());
  }
}

std::vector<InequalityCell> InequalityExperiment::Result() const {
  std::vector<InequalityCell> cells;
  for (const Group& group : groups_) {
    for (std::size_t s = 0; s < options_.sigmas.size(); ++s) {
      const std::vector<Draw>& draws = group.draws[s];
      InequalityCell cell;
      cell.scores = group.scores;
      cell.sigma = options_.sigmas[s];
      cell.n = group.n;
      cell.checks = 2 * draws.size();
      cell.aligned_ratio = draws.front().aligned_ratio;
      std::vector<double> ratios;
      for (const Draw& draw : draws) {
        const double ratio = draw.attention_ratio * draw.value_ratio;
        ratios.push_back(ratio);
        cell.largest_ratio = std::max(cell.largest_ratio, ratio);
        for (const double checked : {ratio, draw.aligned_ratio}) {
          if (checked > 1 + 2 * kInequalityTolerance) ++cell.violations;
        }
        cell.attention_ratio += draw.attention_ratio / static_cast<double>(draws.size());
        cell.value_ratio += draw.value_ratio / static_cast<double>(draws.size());
        cell.aligned_ratio = std::min(cell.aligned_ratio, draw.aligned_ratio);
      }
      cell.ratio = MeanInterval(ratios, options_.confidence);
      cells.push_back(cell);
    }
  }
  return cells;
}

}  // namespace lengthwise
