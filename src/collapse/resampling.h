// Resampling documents: bootstrap intervals, and the floor from permuted lengths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "collapse/similarity.h"

namespace lengthwise {

// Mean pairwise cosine of every resample, pairs of a document with itself left out even where it was drawn
// twice:
// (||sum w u||^2 - sum w^2 ||u||^2) / ((sum w)^2 - sum w^2). One row of `rows` for each row of `weights`.
std::vector<double> ResampledCosines(const FloatRowMatrix& rows, const Eigen::MatrixXd& weights);

// Mean pairwise cosine of sets drawn without replacement from the vectors of all buckets, regardless of the
// bucket: what permuting the bucket labels over the documents gives. [bucket][permutation], each bucket's set
// of the bucket's own size; empty for buckets of fewer than two rows.
std::vector<std::vector<double>> PermutedCosines(std::span<const FloatRowMatrix> buckets,
                                                 std::size_t permutations, std::uint64_t seed);

// The same where every bucket holds the same documents in the same order (row i is document i): the labels
// are permuted within each document, so a set holds every document once, each at a length drawn at random.
// The same for every bucket.
std::vector<double> PermutedWithinCosines(std::span<const FloatRowMatrix> buckets, std::size_t permutations,
                                          std::uint64_t seed);

// The mean over all permutations, exactly: the mean pairwise cosine of the buckets' union, and, within
// documents, of pairs of different documents at independent lengths.
std::optional<double> PermutedMean(const LengthStats& stats);
std::optional<double> PermutedWithinMean(std::span<const FloatRowMatrix> buckets);

}  // namespace lengthwise
