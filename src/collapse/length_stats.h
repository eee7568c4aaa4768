// What is kept of the embeddings of one arm, by length: sums that can be merged, never all of the vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "collapse/vector_sample.h"
#include "encoder/probe.h"
#include "lengthwise/length_bucket.h"

namespace lengthwise {

// One embedded text.
struct Observation {
  std::uint64_t key = 0;  // of the document: the same for the same document in every bucket and arm
  std::size_t tokens = 0;
  bool cut = false;
  std::span<const float> vector;     // any length; its direction is what counts
  const TextProbe* probe = nullptr;  // null: not probed
};

// Throws kBadInput for a vector of another dimension, or for a vector or probe that is not finite.
void CheckObservation(const Observation& observation, std::size_t dimension);

// Sums of probes over texts.
struct ProbeSums {
  std::uint64_t count = 0;
  std::size_t head_count = 0;
  std::vector<HeadProbe> heads;    // [layer * head_count + head]
  std::vector<LayerProbe> layers;  // [layers + 1]

  void Add(const TextProbe& probe);
  void Merge(const ProbeSums& other);
};

// u is a vector divided by its norm; a vector that is all zeros stays zero, so its cosine with every other is
// 0 (as in scikit-learn), and is counted.
struct BucketStats {
  LengthBucket bucket;
  std::uint64_t count = 0;
  std::uint64_t tokens = 0;
  std::uint64_t cut = 0;
  std::uint64_t zero_vectors = 0;
  Eigen::VectorXd sum;            // of u
  Eigen::MatrixXd second_moment;  // sum of u u^T; the lower triangle is kept
  VectorSample sample;            // of u
  ProbeSums probes;
};

// Merging is associative and commutative; merged sums differ from those of one pass by rounding alone (below
// 1e-9 of their norm).
class LengthStats {
 public:
  // `dimension` of the vectors; `capacity`: vectors kept in each bucket.
  LengthStats(std::size_t dimension, std::span<const LengthBucket> buckets,
              std::size_t capacity = kDefaultKeptVectors);

  // As they were, read from a file. Every sum has `dimension` components.
  LengthStats(std::size_t dimension, std::vector<BucketStats> buckets)
      : dimension_(dimension), buckets_(std::move(buckets)) {}

  // Throws kBadInput for a vector of another dimension or with a component that is not finite.
  void Add(std::size_t bucket, const Observation& observation);

  // Throws kBadInput where dimension, buckets or capacity differ.
  void Merge(const LengthStats& other);

  std::size_t dimension() const { return dimension_; }
  std::span<const BucketStats> buckets() const { return buckets_; }
  std::uint64_t count() const;

 private:
  std::size_t dimension_;
  std::vector<BucketStats> buckets_;
};

}  // namespace lengthwise
