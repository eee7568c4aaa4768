#include "collapse/collapse_index.h"

#include <cmath>

namespace lengthwise {
namespace {

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
  index.documents = curve.documents;
  index.lengths = curve.lengths;
  const Slopes slopes = SlopesOf(curve);
  index.slope = IntervalOf(slopes, curve, confidence);
  index.direction = DirectionOf(index.slope);
  if (static_curve != nullptr) {
    const Slopes static_slopes = SlopesOf(*static_curve);
    index.static_slope = IntervalOf(static_slopes, *static_curve, confidence);
    Slopes excess = slopes;
    excess.estimate -= static_slopes.estimate;
    excess.kept -= static_slopes.kept;
    for (std::size_t r = 0; r < excess.replicates.size(); ++r)
      excess.replicates[r] -= static_slopes.replicates[r];
    index.excess = IntervalOf(excess, curve, confidence);
  }
  return index;
}

}  // namespace lengthwise
