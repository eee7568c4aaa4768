// The collapse index: by how much mean pairwise cosine changes when the same documents are read twice as far.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "lengthwise/measure_result.h"
#include "statistics/interval.h"

namespace lengthwise {

// Mean pairwise cosine of the same documents cut to each of several lengths.
struct LengthCurve {
  std::vector<std::size_t> lengths;  // tokens, ascending
  std::vector<double> cosines;       // one a length
  // [lengths x replicates]: the curve of every bootstrap resample of the kept documents, the same resample at
  // every length. No columns: no bootstrap.
  Eigen::MatrixXd replicates;
  // The curve of the kept documents; equal to `cosines` unless there were more documents than are kept.
  std::vector<double> kept_cosines;
  std::size_t documents = 0;
  std::size_t kept = 0;
};

// Least-squares slope of `values` on log2(lengths), every length with the same weight. At least two lengths.
double SlopePerDoubling(std::span<const std::size_t> lengths, std::span<const double> values);

// `static_curve`, where given, has the same lengths and resamples. Absent for fewer than two lengths or
// documents.
std::optional<CollapseIndex> MeasureCollapseIndex(const LengthCurve& curve, const LengthCurve* static_curve,
                                                  double confidence);

}  // namespace lengthwise
