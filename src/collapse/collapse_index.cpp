#include "collapse/collapse_index.h"

#include <algorithm>
#include <cmath>

namespace lengthwise {
namespace {

constexpr std::size_t kFixedGrid[] = {32, 64, 128, 256};

struct Slopes {
  double estimate = 0;
  double kept = 0;
  std::vector<double> replicates;
};

Slopes SlopesOf(const LengthCurve& curve) {
  Slopes slopes;
  slopes.estimate = SlopePerDoubling(curve.lengths, curve.cosines);
  slopes.kept = SlopePerDoubling(curve.lengths, curve.kept_cosines);
  for (Eigen::Index r = 0; r < curve.replicates.cols(); ++r) {
    slopes.replicates.push_back(SlopePerDoubling(
        curve.lengths, {curve.replicates.col(r).data(), static_cast<std::size_t>(curve.replicates.rows())}));
  }
  return slopes;
}

Interval IntervalOf(const Slopes& slopes, const LengthCurve& curve, double confidence) {
  return PercentileInterval(slopes.estimate, slopes.kept, slopes.replicates, confidence, curve.kept,
                            curve.documents);
}

LengthSlopes LengthSlopesOf(const LengthCurve& curve, const LengthCurve* static_curve, double confidence) {
  LengthSlopes found;
  found.lengths = curve.lengths;
  const Slopes slopes = SlopesOf(curve);
  found.slope = IntervalOf(slopes, curve, confidence);
  if (static_curve == nullptr) return found;
  const Slopes static_slopes = SlopesOf(*static_curve);
  found.static_slope = IntervalOf(static_slopes, *static_curve, confidence);
  Slopes excess = slopes;
  excess.estimate -= static_slopes.estimate;
  excess.kept -= static_slopes.kept;
  for (std::size_t r = 0; r < excess.replicates.size(); ++r)
    excess.replicates[r] -= static_slopes.replicates[r];
  found.excess = IntervalOf(excess, curve, confidence);
  return found;
}

// The curve at these lengths alone; absent where it lacks one.
std::optional<LengthCurve> AtFixedGrid(const LengthCurve& curve) {
  LengthCurve fixed;
  fixed.documents = curve.documents;
  fixed.kept = curve.kept;
  fixed.replicates.resize(std::ssize(kFixedGrid), curve.replicates.cols());
  for (const std::size_t length : kFixedGrid) {
    const auto found = std::find(curve.lengths.begin(), curve.lengths.end(), length);
    if (found == curve.lengths.end()) return std::nullopt;
    const auto at = static_cast<std::size_t>(found - curve.lengths.begin());
    fixed.replicates.row(std::ssize(fixed.lengths)) = curve.replicates.row(static_cast<Eigen::Index>(at));
    fixed.lengths.push_back(length);
    fixed.cosines.push_back(curve.cosines[at]);
    fixed.kept_cosines.push_back(curve.kept_cosines[at]);
  }
  return fixed;
}

Direction DirectionOf(const Interval& slope) {
  if (!slope.low) return Direction::kUnknown;
  if (*slope.low > 0) return Direction::kRises;
  if (*slope.high < 0) return Direction::kFalls;
  return Direction::kNoTrend;
}

}  // namespace

const char* DirectionName(Direction direction) {
  switch (direction) {
    case Direction::kRises:
      return "rises";
    case Direction::kFalls:
      return "falls";
    case Direction::kNoTrend:
      return "no_trend";
    case Direction::kUnknown:
      break;
  }
  return "unknown";
}

double SlopePerDoubling(std::span<const std::size_t> lengths, std::span<const double> values) {
  double mean = 0;
  for (const std::size_t length : lengths) mean += std::log2(static_cast<double>(length));
  mean /= static_cast<double>(lengths.size());
  double covariance = 0;
  double variance = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const double x = std::log2(static_cast<double>(lengths[i])) - mean;
    covariance += x * values[i];
    variance += x * x;
  }
  return covariance / variance;
}

std::optional<CollapseIndex> MeasureCollapseIndex(const LengthCurve& curve, const LengthCurve* static_curve,
                                                  double confidence) {
  if (curve.lengths.size() < 2 || curve.documents < 2) return std::nullopt;
  CollapseIndex index;
  static_cast<LengthSlopes&>(index) = LengthSlopesOf(curve, static_curve, confidence);
  index.documents = curve.documents;
  index.direction = DirectionOf(index.slope);
  if (const auto fixed = AtFixedGrid(curve)) {
    const auto fixed_static = static_curve != nullptr ? AtFixedGrid(*static_curve) : std::nullopt;
    index.fixed_grid = LengthSlopesOf(*fixed, fixed_static ? &*fixed_static : nullptr, confidence);
  }
  return index;
}

}  // namespace lengthwise
