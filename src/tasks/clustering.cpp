#include "tasks/clustering.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <Eigen/Core>

#include "base/random.h"
#include "statistics/row_matrix.h"

namespace lengthwise {
namespace {

constexpr std::size_t kMostRounds = 300;

Eigen::Index Index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

RowMatrix ToMatrix(const VectorSet& rows) {
  return Eigen::Map<const FloatRowMatrix>(rows.values.data(), Index(rows.rows()), Index(rows.dimension))
      .cast<double>();
}

// A row drawn with a probability proportional to its weight; the last of positive weight where rounding
// passes the end, the first row where none is positive.
Eigen::Index DrawRow(const Eigen::VectorXd& weights, Random& random) {
  double left = random.Uniform() * weights.sum();
  Eigen::Index drawn = 0;
  for (Eigen::Index i = 0; i < weights.size(); ++i) {
    if (weights(i) <= 0) continue;
    drawn = i;
    left -= weights(i);
    if (left < 0) break;
  }
  return drawn;
}

// The greedy form, scikit-learn's: of 2 + ln k rows drawn with a probability proportional to their squared
// distance from the nearest centre, the next centre is the one that leaves the least of these distances.
RowMatrix PlusPlusStart(const RowMatrix& rows, std::size_t clusters, Random& random) {
  const auto trials = 2 + static_cast<std::size_t>(std::log(static_cast<double>(clusters)));
  RowMatrix centres(Index(clusters), rows.cols());
  centres.row(0) = rows.row(Index(random.Below(static_cast<std::uint64_t>(rows.rows()))));
  Eigen::VectorXd nearest = (rows.rowwise() - centres.row(0)).rowwise().squaredNorm();
  for (std::size_t c = 1; c < clusters; ++c) {
    Eigen::VectorXd best;
    for (std::size_t trial = 0; trial < trials; ++trial) {
      const Eigen::Index drawn = DrawRow(nearest, random);
      Eigen::VectorXd left = nearest.cwiseMin((rows.rowwise() - rows.row(drawn)).rowwise().squaredNorm());
      if (trial > 0 && left.sum() >= best.sum()) continue;
      centres.row(Index(c)) = rows.row(drawn);
      best = std::move(left);
    }
    nearest = std::move(best);
  }
  return centres;
}

// Entropy of a distribution given by its weights, in nats.
double Entropy(std::span<const double> weights, double total) {
  double entropy = 0;
  for (const double weight : weights) {
    if (weight > 0) entropy -= weight / total * std::log(weight / total);
  }
  return entropy;
}

}  // namespace

std::vector<std::uint32_t> KMeans(const VectorSet& vectors, std::size_t clusters, std::uint64_t seed) {
  const RowMatrix rows = ToMatrix(vectors);
  const Eigen::VectorXd norms = rows.rowwise().squaredNorm();
  Random random(seed);
  RowMatrix centres = PlusPlusStart(rows, clusters, random);
  std::vector<std::uint32_t> cluster_of(vectors.rows(), std::numeric_limits<std::uint32_t>::max());
  for (std::size_t round = 0; round < kMostRounds; ++round) {
    const RowMatrix products = rows * centres.transpose();
    const Eigen::RowVectorXd centre_norms = centres.rowwise().squaredNorm().transpose();
    Eigen::VectorXd distance(rows.rows());
    bool changed = false;
    std::vector<std::size_t> sizes(clusters, 0);
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
      Eigen::Index best = 0;
      distance(i) = (centre_norms - 2 * products.row(i)).minCoeff(&best) + norms(i);
      changed = changed || cluster_of[static_cast<std::size_t>(i)] != static_cast<std::uint32_t>(best);
      cluster_of[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(best);
      ++sizes[static_cast<std::size_t>(best)];
    }
    for (std::uint32_t c = 0; c < clusters; ++c) {
      if (sizes[c] > 0) continue;
      // Only from clusters that keep a row.
      Eigen::Index farthest = -1;
      for (Eigen::Index i = 0; i < rows.rows(); ++i) {
        if (sizes[cluster_of[static_cast<std::size_t>(i)]] < 2) continue;
        if (farthest < 0 || distance(i) > distance(farthest)) farthest = i;
      }
      --sizes[cluster_of[static_cast<std::size_t>(farthest)]];
      cluster_of[static_cast<std::size_t>(farthest)] = c;
      distance(farthest) = 0;
      sizes[c] = 1;
      changed = true;
    }
    if (!changed) break;
    centres.setZero();
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
      centres.row(static_cast<Eigen::Index>(cluster_of[static_cast<std::size_t>(i)])) += rows.row(i);
    }
    for (std::size_t c = 0; c < clusters; ++c) centres.row(Index(c)) /= static_cast<double>(sizes[c]);
  }
  return cluster_of;
}

double VMeasure(std::span<const std::uint32_t> labels, std::span<const std::uint32_t> clusters,
                std::span<const UnitCount> units) {
  const std::size_t label_count = *std::max_element(labels.begin(), labels.end()) + std::size_t{1};
  const std::size_t cluster_count = *std::max_element(clusters.begin(), clusters.end()) + std::size_t{1};
  std::vector<double> joint(label_count * cluster_count, 0.0);
  std::vector<double> by_label(label_count, 0.0);
  std::vector<double> by_cluster(cluster_count, 0.0);
  double total = 0;
  for (const UnitCount& unit : units) {
    joint[labels[unit.unit] * cluster_count + clusters[unit.unit]] += unit.count;
    by_label[labels[unit.unit]] += unit.count;
    by_cluster[clusters[unit.unit]] += unit.count;
    total += unit.count;
  }
  const double label_entropy = Entropy(by_label, total);
  const double cluster_entropy = Entropy(by_cluster, total);
  const double information = label_entropy + cluster_entropy - Entropy(joint, total);
  const double homogeneity = label_entropy > 0 ? information / label_entropy : 1;
  const double completeness = cluster_entropy > 0 ? information / cluster_entropy : 1;
  if (homogeneity + completeness <= 0) return 0;
  return 2 * homogeneity * completeness / (homogeneity + completeness);
}

ScoredRun ScoreClustering(const LabelledTask& task, const VectorSet& vectors, std::uint64_t seed,
                          ThreadPool& pool) {
  std::vector<std::vector<std::uint32_t>> clusterings(kClusterings);
  const std::uint64_t stream = Random(seed).Next();
  pool.For(kClusterings, [&](std::size_t i, std::size_t) {
    clusterings[i] = KMeans(vectors, task.labels.size(), stream + i);
  });
  ScoredRun run;
  run.metrics.push_back({"v_measure",
                         [labels = task.label_of, clusterings = std::move(clusterings)](
                             std::span<const UnitCount> units) -> std::optional<double> {
                           double sum = 0;
                           for (const auto& clusters : clusterings) sum += VMeasure(labels, clusters, units);
                           return sum / static_cast<double>(kClusterings);
                         }});
  return run;
}

}  // namespace lengthwise
