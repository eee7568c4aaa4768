// Paired bootstrap: several scores of the same units (queries, texts, pairs), resampled together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "lengthwise/resampling.h"
#include "math/thread_pool.h"
#include "statistics/clusters.h"
#include "statistics/interval.h"
#include "statistics/unit_sampler.h"

namespace lengthwise {

// The score of a multiset of units, in ascending order, each with a count above 0; absent where it is not
// defined. Called from several threads at once.
using UnitScore = std::function<std::optional<double>(std::span<const UnitCount>)>;

// The mean of the units' values; those without a value are left out.
UnitScore MeanOfUnits(std::vector<std::optional<double>> values);
UnitScore MeanOfUnits(std::span<const double> values);

struct Resampled {
  std::vector<std::optional<double>> estimates;  // by score, on the units as they are
  // [score][replicate]. A resample in which any of the scores is not defined is left out of all of them, so
  // that replicates of two scores can be subtracted.
  std::vector<std::vector<double>> replicates;
  std::size_t clusters = 0;       // that were drawn
  double effective_clusters = 0;  // of equal size that would tell as much
};

// Draws as many clusters of `units` (ascending) as there are, with replacement, `options.replicates` times,
// each with all of its units; every score sees the same draws. No replicates of fewer than
// kMinimumForInterval clusters or units. The same result at any number of threads.
Resampled ResampleScores(std::span<const UnitScore* const> scores, std::span<const std::uint32_t> units,
                         const ResamplingOptions& options, ThreadPool& pool, const Clusters& clusters = {});

// Percentile intervals of a score, and of score `a` less score `b`, at the level that makes them as wide as
// Student's t would: plain ones of few clusters are too narrow (Hesterberg 2015, "expanded percentile
// interval"). Absent estimate: absent interval.
Interval ScoreInterval(const Resampled& resampled, std::size_t score, double confidence);
Interval DifferenceInterval(const Resampled& resampled, std::size_t a, std::size_t b, double confidence);

// Intervals of several differences from the score `base` that hold all at once with the confidence given, so
// that the best of many temperatures is not taken for more than it is: d_i +- c s_i, s_i the standard
// deviation of the replicates of d_i, c the quantile of max_i |d*_i - d_i| / s_i over the resamples (the
// max-statistic, or single-step max-T, method: Westfall and Young 1993), widened as those above.
std::vector<Interval> SimultaneousDifferences(const Resampled& resampled, std::span<const std::size_t> scores,
                                              std::size_t base, double confidence);

}  // namespace lengthwise
