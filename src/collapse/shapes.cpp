#include "collapse/shapes.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <Eigen/Core>

#include "collapse/shape_likelihood.h"

namespace lengthwise {
namespace {

// A curve and its resamples as they would be for all documents, where not all were kept.
struct ScaledCurve {
  std::vector<double> lengths;
  Eigen::VectorXd cosines;
  Eigen::MatrixXd replicates;  // [lengths x replicates]
};

ScaledCurve Scale(const LengthCurve& curve) {
  const auto size = static_cast<Eigen::Index>(curve.lengths.size());
  ScaledCurve scaled;
  scaled.lengths.assign(curve.lengths.begin(), curve.lengths.end());
  scaled.cosines = Eigen::Map<const Eigen::VectorXd>(curve.cosines.data(), size);
  const Eigen::Map<const Eigen::VectorXd> kept(curve.kept_cosines.data(), size);
  const double scale = std::sqrt(static_cast<double>(curve.kept) / static_cast<double>(curve.documents));
  scaled.replicates = ((curve.replicates.colwise() - kept) * scale).colwise() + scaled.cosines;
  return scaled;
}

// The number of lengths before the rise: those of a first fall that sampling error does not explain.
Eigen::Index FirstFall(const ScaledCurve& curve, const LengthCurve& given, double confidence) {
  Eigen::Index lowest = 0;
  const double minimum = curve.cosines.minCoeff(&lowest);
  const Eigen::Index left = curve.cosines.size() - lowest;
  if (lowest == 0 || left < static_cast<Eigen::Index>(kShortestRise)) return 0;
  const Eigen::VectorXd falls = curve.replicates.row(0) - curve.replicates.row(lowest);
  const double fall = curve.cosines(0) - minimum;
  const Interval interval = PercentileInterval(
      fall, fall, {falls.data(), static_cast<std::size_t>(falls.size())}, confidence, given.kept, given.kept);
  return interval.low && *interval.low > 0 ? lowest : 0;
}

ScaledCurve From(const ScaledCurve& curve, Eigen::Index first) {
  const Eigen::Index left = curve.cosines.size() - first;
  return {{curve.lengths.begin() + first, curve.lengths.end()},
          curve.cosines.tail(left),
          curve.replicates.bottomRows(left)};
}

Eigen::MatrixXd Covariance(const Eigen::MatrixXd& replicates) {
  if (replicates.cols() < 2) return Eigen::MatrixXd::Zero(replicates.rows(), replicates.rows());
  const Eigen::VectorXd mean = replicates.rowwise().mean();
  const Eigen::MatrixXd centred = replicates.colwise() - mean;
  return centred * centred.transpose() / static_cast<double>(replicates.cols() - 1);
}

double Aicc(const ShapeFitter::Fit& fit, std::size_t lengths) {
  const auto p = static_cast<double>(ParameterCount(fit.design.shape) + 1);
  const auto m = static_cast<double>(lengths);
  return fit.deviance + 2 * p + 2 * p * (p + 1) / (m - p - 1);
}

std::size_t Preferred(std::span<const ShapeFitter::Fit> fits, std::size_t lengths) {
  std::size_t best = 0;
  for (std::size_t f = 1; f < fits.size(); ++f) {
    if (Aicc(fits[f], lengths) < Aicc(fits[best], lengths)) best = f;
  }
  return best;
}

ShapeFit Describe(const ShapeFitter& fitter, const ShapeFitter::Fit& fit, const ScaledCurve& curve) {
  const Eigen::VectorXd coefficients = fitter.Coefficients(fit, curve.cosines);
  const Eigen::VectorXd fitted = DesignColumns(fit.design, curve.lengths) * coefficients;
  ShapeFit described;
  described.shape = fit.design.shape;
  described.parameters = NamedParameters(fit.design, coefficients);
  described.residual = std::sqrt((curve.cosines - fitted).squaredNorm() / static_cast<double>(fitted.size()));
  described.irregularity = fit.irregularity;
  described.aicc = Aicc(fit, curve.lengths.size());
  described.fitted.assign(fitted.begin(), fitted.end());
  return described;
}

double Parameter(const ShapeFit& fit, std::string_view name) {
  for (const auto& [parameter, value] : fit.parameters) {
    if (parameter == name) return value;
  }
  return 0;
}

Knee MakeKnee(const ShapeFit& broken, std::span<const double> resampled, std::size_t kept,
              double confidence) {
  Knee knee;
  knee.length = Parameter(broken, "knee");
  knee.slope_before = Parameter(broken, "slope_before");
  knee.slope_after = Parameter(broken, "slope_after");
  const Interval interval = PercentileInterval(knee.length, knee.length, resampled, confidence, kept, kept);
  knee.low = interval.low;
  knee.high = interval.high;
  return knee;
}

void SetWeights(std::vector<ShapeFit>& fits, double lowest) {
  double total = 0;
  for (ShapeFit& fit : fits) total += fit.weight = std::exp(-(fit.aicc - lowest) / 2);
  for (ShapeFit& fit : fits) fit.weight /= total;
}

}  // namespace

const char* KneePlace(const Knee& knee, std::size_t trained_limit) {
  if (!knee.low || trained_limit == 0) return "unknown";
  const auto limit = static_cast<double>(trained_limit);
  if (*knee.low > limit) return "above";
  if (*knee.high < limit) return "below";
  return "at";
}

std::optional<Shapes> CompareShapes(const LengthCurve& curve, double confidence) {
  const ScaledCurve whole = Scale(curve);
  const ScaledCurve rise = From(whole, FirstFall(whole, curve, confidence));
  const std::size_t lengths = rise.lengths.size();
  std::vector<Shape> kinds;
  for (const Shape shape : kShapes) {
    if (lengths > ParameterCount(shape) + 2) kinds.push_back(shape);
  }
  if (kinds.empty()) return std::nullopt;

  const ShapeFitter fitter(kinds, rise.lengths, Covariance(rise.replicates));
  const std::vector<ShapeFitter::Fit> fits = fitter.FitShapes(rise.cosines);
  Shapes shapes;
  shapes.lengths = rise.lengths;
  shapes.preferred = Preferred(fits, lengths);
  for (const ShapeFitter::Fit& fit : fits) shapes.fits.push_back(Describe(fitter, fit, rise));
  SetWeights(shapes.fits, shapes.fits[shapes.preferred].aicc);

  const Eigen::Index replicates = rise.replicates.cols();
  std::vector<std::size_t> preferred(kinds.size(), 0);
  std::vector<double> knees;
  for (Eigen::Index r = 0; r < replicates; ++r) {
    const std::vector<ShapeFitter::Fit> resampled = fitter.FitShapes(rise.replicates.col(r));
    ++preferred[Preferred(resampled, lengths)];
    if (kinds.back() == Shape::kBroken) knees.push_back(resampled.back().design.nonlinear);
  }
  for (std::size_t f = 0; f < kinds.size() && replicates > 0; ++f) {
    shapes.fits[f].support = static_cast<double>(preferred[f]) / static_cast<double>(replicates);
  }
  if (kinds.back() == Shape::kBroken)
    shapes.knee = MakeKnee(shapes.fits.back(), knees, curve.kept, confidence);
  return shapes;
}

}  // namespace lengthwise
