#include "collapse/length_stats.h"

#include <cmath>

#include "base/fail.h"

namespace lengthwise {
namespace {

void AddHead(HeadProbe& sum, const HeadProbe& head) {
  sum.entropy += head.entropy;
  sum.largest_weight += head.largest_weight;
  sum.sink += head.sink;
  sum.retention += head.retention;
}

void AddLayer(LayerProbe& sum, const LayerProbe& layer) {
  sum.token_cosine += layer.token_cosine;
  sum.hc_ratio += layer.hc_ratio;
}

void AddProbes(ProbeSums& sums, std::uint64_t count, std::size_t head_count, std::span<const HeadProbe> heads,
               std::span<const LayerProbe> layers) {
  if (sums.count == 0) {
    sums.head_count = head_count;
    sums.heads.assign(heads.size(), HeadProbe{});
    sums.layers.assign(layers.size(), LayerProbe{});
  }
  if (sums.head_count != head_count || sums.heads.size() != heads.size() ||
      sums.layers.size() != layers.size()) {
    Fail(ErrorCode::kBadInput, "probes of {} layers and {} heads cannot be added to probes of {} and {}",
         layers.size(), heads.size(), sums.layers.size(), sums.heads.size());
  }
  sums.count += count;
  for (std::size_t i = 0; i < heads.size(); ++i) AddHead(sums.heads[i], heads[i]);
  for (std::size_t i = 0; i < layers.size(); ++i) AddLayer(sums.layers[i], layers[i]);
}

void CheckFinite(const TextProbe& probe, std::size_t tokens) {
  for (const HeadProbe& head : probe.heads) {
    if (!std::isfinite(head.entropy + head.largest_weight + head.sink + head.retention)) {
      Fail(ErrorCode::kBadInput,
           "the attention of a text of {} tokens is not finite; check the weights and the temperature",
           tokens);
    }
  }
  for (const LayerProbe& layer : probe.layers) {
    if (!std::isfinite(layer.token_cosine + layer.hc_ratio)) {
      Fail(ErrorCode::kBadInput, "the token states of a text of {} tokens are not finite; check the weights",
           tokens);
    }
  }
}

}  // namespace

void CheckObservation(const Observation& observation, std::size_t dimension) {
  if (observation.vector.size() != dimension) {
    Fail(ErrorCode::kBadInput, "a vector of {} components where {} are expected", observation.vector.size(),
         dimension);
  }
  const Eigen::Map<const Eigen::VectorXf> given(observation.vector.data(),
                                                static_cast<Eigen::Index>(dimension));
  if (!given.allFinite()) {
    Fail(ErrorCode::kBadInput,
         "the vector of a text of {} tokens holds NaN or infinity; check the weights and the temperature",
         observation.tokens);
  }
  if (observation.probe != nullptr) CheckFinite(*observation.probe, observation.tokens);
}

void ProbeSums::Add(const TextProbe& probe) {
  AddProbes(*this, 1, probe.head_count, probe.heads, probe.layers);
}

void ProbeSums::Merge(const ProbeSums& other) {
  if (other.count == 0) return;
  AddProbes(*this, other.count, other.head_count, other.heads, other.layers);
}

LengthStats::LengthStats(std::size_t dimension, std::span<const LengthBucket> buckets, std::size_t capacity)
    : dimension_(dimension) {
  const auto size = static_cast<Eigen::Index>(dimension);
  for (const LengthBucket& bucket : buckets) {
    BucketStats stats;
    stats.bucket = bucket;
    stats.sum = Eigen::VectorXd::Zero(size);
    stats.second_moment = Eigen::MatrixXd::Zero(size, size);
    stats.sample = VectorSample(capacity);
    buckets_.push_back(std::move(stats));
  }
}

void LengthStats::Add(std::size_t bucket, const Observation& observation) {
  CheckObservation(observation, dimension_);
  const Eigen::Map<const Eigen::VectorXf> given(observation.vector.data(),
                                                static_cast<Eigen::Index>(dimension_));
  Eigen::VectorXd unit = given.cast<double>();
  const double norm = unit.norm();
  if (norm > 0) unit /= norm;

  BucketStats& stats = buckets_.at(bucket);
  stats.count += 1;
  stats.tokens += observation.tokens;
  stats.cut += observation.cut ? 1 : 0;
  stats.zero_vectors += norm > 0 ? 0 : 1;
  stats.sum += unit;
  stats.second_moment.selfadjointView<Eigen::Lower>().rankUpdate(unit);
  const Eigen::VectorXf kept = unit.cast<float>();
  stats.sample.Add(observation.key, {kept.data(), dimension_});
  if (observation.probe != nullptr) stats.probes.Add(*observation.probe);
}

void LengthStats::Merge(const LengthStats& other) {
  bool alike = dimension_ == other.dimension_ && buckets_.size() == other.buckets_.size();
  for (std::size_t b = 0; alike && b < buckets_.size(); ++b) {
    alike = buckets_[b].bucket == other.buckets_[b].bucket &&
            buckets_[b].sample.capacity() == other.buckets_[b].sample.capacity();
  }
  if (!alike) {
    Fail(ErrorCode::kBadInput,
         "statistics of {} buckets of {} components cannot be merged with {} buckets of {}",
         other.buckets_.size(), other.dimension_, buckets_.size(), dimension_);
  }
  for (std::size_t b = 0; b < buckets_.size(); ++b) {
    BucketStats& into = buckets_[b];
    const BucketStats& from = other.buckets_[b];
    into.count += from.count;
    into.tokens += from.tokens;
    into.cut += from.cut;
    into.zero_vectors += from.zero_vectors;
    into.sum += from.sum;
    into.second_moment += from.second_moment;
    into.sample.Merge(from.sample);
    into.probes.Merge(from.probes);
  }
}

std::uint64_t LengthStats::count() const {
  std::uint64_t count = 0;
  for (const BucketStats& bucket : buckets_) count += bucket.count;
  return count;
}

}  // namespace lengthwise
