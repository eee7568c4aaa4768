// Scoring a clustering task: k-means and the V-measure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lengthwise/task.h"
#include "math/thread_pool.h"
#include "search/vector_set.h"
#include "tasks/scored_run.h"

namespace lengthwise {

// Clusterings of each run, each with a seed of its own; the score is their mean.
inline constexpr std::size_t kClusterings = 10;

// Lloyd's k-means from a k-means++ start (Arthur and Vassilvitskii 2007), until no row changes its cluster or
// 300 rounds have passed. A cluster that loses its last row takes the row farthest from its centre. The
// cluster of every row; 1 <= clusters <= rows.
std::vector<std::uint32_t> KMeans(const VectorSet& rows, std::size_t clusters, std::uint64_t seed);

// V-measure (Rosenberg and Hirschberg 2007, beta 1) of a multiset of units: the harmonic mean of homogeneity
// and completeness, as scikit-learn computes it; 1 where there is one label and one cluster.
double VMeasure(std::span<const std::uint32_t> labels, std::span<const std::uint32_t> clusters,
                std::span<const UnitCount> units);

// Metric `v_measure` (units are texts): as many clusters as there are labels, mean over kClusterings. A
// resample draws texts and keeps the clusters, so the interval is that of the score given the clusters.
ScoredRun ScoreClustering(const LabelledTask& task, const VectorSet& vectors, std::uint64_t seed,
                          ThreadPool& pool);

}  // namespace lengthwise
