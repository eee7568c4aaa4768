#include "controls/static_means.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "collapse/resampled_cosine.h"
#include "encoder/encoder.h"
#include "math/thread_pool.h"

namespace lengthwise {
namespace {

// Mean word embedding of each sequence, a row a sequence.
RowMatrix MeanEmbeddings(const Session& embedder, std::span<const std::vector<std::int32_t>> sequences) {
  const std::size_t hidden = embedder.spec().hidden;
  RowMatrix means = RowMatrix::Zero(std::ssize(sequences), static_cast<Eigen::Index>(hidden));
  embedder.pool().For(sequences.size(), [&](std::size_t s, std::size_t) {
    Eigen::VectorXf row(static_cast<Eigen::Index>(hidden));
    auto mean = means.row(static_cast<Eigen::Index>(s));
    for (const std::int32_t id : sequences[s]) {
      embedder.encoder().WordEmbedding(id, {row.data(), hidden});
      mean += row.transpose().cast<double>();
    }
    mean /= static_cast<double>(sequences[s].size());
  });
  return means;
}

struct StaticValues {
  ResampledValue cosine, centred;
};

}  // namespace

std::vector<StaticMean> MeasureStaticMeans(const Session& embedder, const InterventionFrame& frame,
                                           const Eigen::MatrixXd& weights, double confidence) {
  // The texts have equal lengths, so the mean of their means is that of all their tokens.
  const Eigen::RowVectorXd shared = MeanEmbeddings(embedder, frame.Cut(frame.longest)).colwise().mean();
  const std::vector<std::size_t> lengths = frame.Lengths();
  std::vector<StaticValues> values;
  for (const std::size_t length : lengths) {
    const RowMatrix means = MeanEmbeddings(embedder, frame.Cut(length));
    values.push_back({ResampledCosine(UnitRows(means.cast<float>()), weights),
                      ResampledCosine(UnitRows((means.rowwise() - shared).cast<float>()), weights)});
  }
  const auto part =
      static_cast<std::size_t>(std::find(lengths.begin(), lengths.end(), frame.part) - lengths.begin());
  const auto interval = [&](const ResampledValue& value) {
    return IntervalOf(value, confidence, frame.documents.size());
  };
  std::vector<StaticMean> found;
  for (std::size_t l = 0; l < lengths.size(); ++l) {
    found.push_back({lengths[l], interval(values[l].cosine), interval(values[l].cosine - values[part].cosine),
                     interval(values[l].centred), interval(values[l].centred - values[part].centred)});
  }
  return found;
}

}  // namespace lengthwise
