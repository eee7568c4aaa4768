// Means of simulated draws with Student's intervals, and slopes on length.
#pragma once

#include <cstddef>
#include <span>

#include "statistics/interval.h"

namespace lengthwise {

// The p-quantile of Student's t with `degrees` degrees of freedom, to 1e-9 relative. 0.5 <= p < 1, degrees
// >= 1.
double StudentQuantile(double p, std::size_t degrees);

// Mean of independent draws and its interval: mean +- t s / sqrt(draws). At least two draws.
Interval MeanInterval(std::span<const double> draws, double confidence);

// Least-squares slope of y on log2 of the lengths. At least two different lengths.
double SlopeOnLog2(std::span<const std::size_t> lengths, std::span<const double> y);

// The exponent of a power law through means, their logarithm regressed on that of the length, with the
// interval that follows from the means' own intervals (errors independent between lengths, to first order).
// Says nothing of how far the points lie from a power law. Means above 0.
Interval PowerLawExponent(std::span<const std::size_t> lengths, std::span<const Interval> means);

}  // namespace lengthwise
