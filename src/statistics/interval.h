// Bootstrap intervals.
#pragma once

#include <cstddef>
#include <span>

#include "lengthwise/interval.h"

namespace lengthwise {

// Fewest documents of which an interval is given: resampling fewer says little about the spread.
inline constexpr std::size_t kMinimumForInterval = 10;

// The p-quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, the
// default of numpy). `sorted` ascending, not empty; 0 <= p <= 1.
double SortedQuantile(std::span<const double> sorted, double p);

// Percentile interval of the replicates, `estimate` as given.
// The replicates come from the `kept` documents of `count`: where those are fewer, the replicates' distance
// from the kept documents' own value `centre` is scaled by sqrt(kept / count), as a standard error is. No
// interval below kMinimumForInterval documents or without replicates.
Interval PercentileInterval(double estimate, double centre, std::span<const double> replicates,
                            double confidence, std::size_t kept, std::size_t count);

}  // namespace lengthwise
