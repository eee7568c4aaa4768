#include "collapse/resampling.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/random.h"

namespace lengthwise {
namespace {

constexpr auto kIndex = [](std::size_t i) { return static_cast<Eigen::Index>(i); };

}  // namespace

std::vector<double> ResampledCosines(const FloatRowMatrix& rows, const Eigen::MatrixXd& weights) {
  const Eigen::MatrixXd values = rows.cast<double>();
  const Eigen::VectorXd squared_norms = values.rowwise().squaredNorm();
  const Eigen::MatrixXd sums = values.transpose() * weights;  // [dimension x replicates]
  std::vector<double> cosines(static_cast<std::size_t>(weights.cols()));
  for (Eigen::Index r = 0; r < weights.cols(); ++r) {
    const auto w = weights.col(r);
    const double total = w.sum();
    const double self = w.cwiseAbs2().dot(squared_norms);
    cosines[static_cast<std::size_t>(r)] =
        (sums.col(r).squaredNorm() - self) / (total * total - w.squaredNorm());
  }
  return cosines;
}

std::vector<std::vector<double>> PermutedCosines(std::span<const FloatRowMatrix> buckets,
                                                 std::size_t permutations, std::uint64_t seed) {
  std::vector<std::pair<std::size_t, Eigen::Index>> documents;  // bucket and row
  for (std::size_t b = 0; b < buckets.size(); ++b) {
    for (Eigen::Index r = 0; r < buckets[b].rows(); ++r) documents.emplace_back(b, r);
  }
  std::vector<std::vector<double>> cosines(buckets.size());
  Random random(seed);
  for (std::size_t p = 0; p < permutations; ++p) {
    for (std::size_t i = documents.size(); i > 1; --i)
      std::swap(documents[i - 1], documents[random.Below(i)]);
    std::size_t next = 0;
    for (std::size_t b = 0; b < buckets.size(); ++b) {
      const auto size = static_cast<std::size_t>(buckets[b].rows());
      Eigen::VectorXd sum = Eigen::VectorXd::Zero(buckets[b].cols());
      double squared_norms = 0;
      for (std::size_t i = 0; i < size; ++i, ++next) {
        const auto row = buckets[documents[next].first].row(documents[next].second);
        sum += row.transpose().cast<double>();
        squared_norms += row.cast<double>().squaredNorm();
      }
      if (const auto cosine = MeanPairwiseCosine(sum, squared_norms, size)) cosines[b].push_back(*cosine);
    }
  }
  return cosines;
}

std::vector<double> PermutedWithinCosines(std::span<const FloatRowMatrix> buckets, std::size_t permutations,
                                          std::uint64_t seed) {
  std::vector<double> cosines;
  if (buckets.empty() || buckets[0].rows() < 2) return cosines;
  Random random(seed);
  for (std::size_t p = 0; p < permutations; ++p) {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(buckets[0].cols());
    double squared_norms = 0;
    for (Eigen::Index i = 0; i < buckets[0].rows(); ++i) {
      const auto row = buckets[random.Below(buckets.size())].row(i);
      sum += row.transpose().cast<double>();
      squared_norms += row.cast<double>().squaredNorm();
    }
    cosines.push_back(*MeanPairwiseCosine(sum, squared_norms, static_cast<std::uint64_t>(buckets[0].rows())));
  }
  return cosines;
}

std::optional<double> PermutedMean(const LengthStats& stats) {
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(kIndex(stats.dimension()));
  std::uint64_t zero_vectors = 0;
  for (const BucketStats& bucket : stats.buckets()) {
    sum += bucket.sum;
    zero_vectors += bucket.zero_vectors;
  }
  return MeanPairwiseCosine(sum, static_cast<double>(stats.count() - zero_vectors), stats.count());
}

std::optional<double> PermutedWithinMean(std::span<const FloatRowMatrix> buckets) {
  if (buckets.empty()) return std::nullopt;
  Eigen::MatrixXd means = Eigen::MatrixXd::Zero(buckets[0].rows(), buckets[0].cols());
  for (const FloatRowMatrix& rows : buckets) means += rows.cast<double>();
  means /= static_cast<double>(buckets.size());
  return MeanPairwiseCosine(means.colwise().sum().transpose(), means.squaredNorm(),
                            static_cast<std::uint64_t>(means.rows()));
}

}  // namespace lengthwise
