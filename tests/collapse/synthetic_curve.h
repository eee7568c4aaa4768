// Length curves with errors of known size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "collapse/collapse_index.h"

namespace lengthwise::testing {

// `truth` plus an error common to all lengths (three times `error`, as documents alike at one length are
// alike at all) and one of each length; replicates carry errors of the same kind about the measured curve.
inline LengthCurve CurveWithNoise(std::vector<std::size_t> lengths, const std::vector<double>& truth,
                                  double error, std::uint64_t seed, std::size_t replicates = 2000) {
  Random random(seed);
  const std::size_t m = lengths.size();
  const auto draw = [&](std::vector<double> values) {
    const double common = 3 * error * random.Normal();
    for (double& value : values) value += common + error * random.Normal();
    return values;
  };
  LengthCurve curve;
  curve.lengths = std::move(lengths);
  curve.cosines = draw(truth);
  curve.kept_cosines = curve.cosines;
  curve.documents = curve.kept = 100;
  curve.replicates.resize(static_cast<Eigen::Index>(m), static_cast<Eigen::Index>(replicates));
  for (Eigen::Index r = 0; r < curve.replicates.cols(); ++r) {
    const std::vector<double> resampled = draw(curve.cosines);
    for (std::size_t l = 0; l < m; ++l) curve.replicates(static_cast<Eigen::Index>(l), r) = resampled[l];
  }
  return curve;
}

}  // namespace lengthwise::testing
