#include "collapse/shapes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/QR>

namespace lengthwise {
namespace {

// Standard deviations of the irregularity that are tried: a floor that stands for none, then 16 steps a
// factor of ten from 1e-4 to 0.3. A cosine is never off by more.
std::vector<double> IrregularityGrid() {
  std::vector<double> grid = {1e-6};
  for (int i = 0; i <= 56; ++i) grid.push_back(1e-4 * std::pow(10.0, i / 16.0));
  return grid;
}

// Multiplies by the inverse Cholesky factor of C + s^2 I, after which errors are independent with variance 1.
struct Whitener {
  double irregularity = 0;
  Eigen::MatrixXd inverse_factor;
  double log_determinant = 0;
};

std::vector<Whitener> MakeWhiteners(const Eigen::MatrixXd& covariance) {
  std::vector<Whitener> whiteners;
  const Eigen::Index m = covariance.rows();
  for (const double irregularity : IrregularityGrid()) {
    const Eigen::MatrixXd total = covariance + irregularity * irregularity * Eigen::MatrixXd::Identity(m, m);
    const Eigen::LLT<Eigen::MatrixXd> factor(total);
    // Rounding can cost a nearly singular covariance its definiteness at the smallest irregularities.
    if (factor.info() != Eigen::Success) continue;
    Whitener whitener;
    whitener.irregularity = irregularity;
    whitener.inverse_factor = factor.matrixL().solve(Eigen::MatrixXd::Identity(m, m));
    whitener.log_determinant = 2 * factor.matrixLLT().diagonal().array().log().sum();
    whiteners.push_back(std::move(whitener));
  }
  return whiteners;
}

// A design under a whitener: its orthonormal basis gives the residual of any curve by one small product.
struct Candidate {
  std::size_t design = 0;
  Eigen::MatrixXd basis;  // [lengths x coefficients]
};

struct Family {
  Shape shape = Shape::kLinear;
  std::vector<Design> designs;
  std::vector<std::vector<Candidate>> candidates;  // by whitener
};

Family MakeFamily(Shape shape, std::span<const double> lengths, std::span<const Whitener> whiteners) {
  Family family{shape, Designs(shape, lengths), {}};
  for (const Whitener& whitener : whiteners) {
    std::vector<Candidate>& candidates = family.candidates.emplace_back();
    for (std::size_t d = 0; d < family.designs.size(); ++d) {
      const Eigen::MatrixXd columns = whitener.inverse_factor * DesignColumns(family.designs[d], lengths);
      const Eigen::HouseholderQR<Eigen::MatrixXd> qr(columns);
      candidates.push_back(
          {d, qr.householderQ() * Eigen::MatrixXd::Identity(columns.rows(), columns.cols())});
    }
  }
  return family;
}

struct Best {
  double deviance = std::numeric_limits<double>::infinity();  // -2 ln L
  std::size_t whitener = 0;
  std::size_t design = 0;
};

// `whitened`: the curve under every whitener.
Best FitFamily(const Family& family, std::span<const Whitener> whiteners,
               std::span<const Eigen::VectorXd> whitened) {
  constexpr double kLogTwoPi = 1.8378770664093453;
  Best best;
  for (std::size_t w = 0; w < whiteners.size(); ++w) {
    const double constant =
        whiteners[w].log_determinant + static_cast<double>(whitened[w].size()) * kLogTwoPi;
    for (const Candidate& candidate : family.candidates[w]) {
      const Eigen::VectorXd projected = candidate.basis.transpose() * whitened[w];
      const double squares = std::max(0.0, whitened[w].squaredNorm() - projected.squaredNorm());
      if (squares + constant < best.deviance) best = {squares + constant, w, candidate.design};
    }
  }
  return best;
}

std::vector<Eigen::VectorXd> Whiten(std::span<const Whitener> whiteners, const Eigen::VectorXd& curve) {
  std::vector<Eigen::VectorXd> whitened;
  whitened.reserve(whiteners.size());
  for (const Whitener& whitener : whiteners) whitened.push_back(whitener.inverse_factor * curve);
  return whitened;
}

double Aicc(double deviance, Shape shape, std::size_t lengths) {
  const auto p = static_cast<double>(ParameterCount(shape) + 1);
  const auto m = static_cast<double>(lengths);
  return deviance + 2 * p + 2 * p * (p + 1) / (m - p - 1);
}

ShapeFit MakeFit(const Family& family, const Best& best, const Whitener& whitener,
                 const Eigen::VectorXd& curve, std::span<const double> lengths) {
  const Design& design = family.designs[best.design];
  const Eigen::MatrixXd columns = DesignColumns(design, lengths);
  const Eigen::VectorXd coefficients =
      (whitener.inverse_factor * columns).colPivHouseholderQr().solve(whitener.inverse_factor * curve);
  const Eigen::VectorXd fitted = columns * coefficients;
  ShapeFit fit;
  fit.shape = family.shape;
  fit.parameters = NamedParameters(design, coefficients);
  fit.residual = std::sqrt((curve - fitted).squaredNorm() / static_cast<double>(curve.size()));
  fit.irregularity = whitener.irregularity;
  fit.aicc = Aicc(best.deviance, family.shape, lengths.size());
  fit.fitted.assign(fitted.begin(), fitted.end());
  return fit;
}

// Of the kept documents about their own mean, scaled to all documents.
Eigen::MatrixXd SamplingCovariance(const LengthCurve& curve) {
  const Eigen::Index m = curve.replicates.rows();
  const Eigen::Index replicates = curve.replicates.cols();
  if (replicates < 2) {
    const auto size = static_cast<Eigen::Index>(curve.lengths.size());
    return Eigen::MatrixXd::Zero(size, size);
  }
  const Eigen::VectorXd mean = curve.replicates.rowwise().mean();
  const Eigen::MatrixXd centred = curve.replicates.colwise() - mean;
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(m, m);
  covariance = centred * centred.transpose() / static_cast<double>(replicates - 1);
  return covariance * (static_cast<double>(curve.kept) / static_cast<double>(curve.documents));
}

// Resampled curves as they would be for all documents.
Eigen::MatrixXd ScaledReplicates(const LengthCurve& curve) {
  const double scale = std::sqrt(static_cast<double>(curve.kept) / static_cast<double>(curve.documents));
  Eigen::MatrixXd scaled = curve.replicates;
  for (Eigen::Index l = 0; l < scaled.rows(); ++l) {
    const auto i = static_cast<std::size_t>(l);
    scaled.row(l) = (scaled.row(l).array() - curve.kept_cosines[i]) * scale + curve.cosines[i];
  }
  return scaled;
}

void SetWeights(std::vector<ShapeFit>& fits, double lowest) {
  double total = 0;
  for (ShapeFit& fit : fits) total += fit.weight = std::exp(-(fit.aicc - lowest) / 2);
  for (ShapeFit& fit : fits) fit.weight /= total;
}

double Parameter(const ShapeFit& fit, std::string_view name) {
  for (const auto& [parameter, value] : fit.parameters) {
    if (parameter == name) return value;
  }
  return 0;
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
  Shapes shapes;
  for (const std::size_t length : curve.lengths) shapes.lengths.push_back(static_cast<double>(length));
  const std::vector<Whitener> whiteners = MakeWhiteners(SamplingCovariance(curve));
  const Eigen::VectorXd cosines = Eigen::Map<const Eigen::VectorXd>(
      curve.cosines.data(), static_cast<Eigen::Index>(curve.cosines.size()));
  const std::vector<Eigen::VectorXd> whitened = Whiten(whiteners, cosines);

  std::vector<Family> families;
  for (const Shape shape : kShapes) {
    if (shapes.lengths.size() <= ParameterCount(shape) + 2) continue;
    families.push_back(MakeFamily(shape, shapes.lengths, whiteners));
    const Best best = FitFamily(families.back(), whiteners, whitened);
    shapes.fits.push_back(MakeFit(families.back(), best, whiteners[best.whitener], cosines, shapes.lengths));
    if (shapes.fits.back().aicc < shapes.fits[shapes.preferred].aicc)
      shapes.preferred = shapes.fits.size() - 1;
  }
  if (shapes.fits.empty()) return std::nullopt;
  SetWeights(shapes.fits, shapes.fits[shapes.preferred].aicc);

  std::vector<double> knees;
  std::vector<std::size_t> wins(families.size(), 0);
  const Eigen::MatrixXd replicates = ScaledReplicates(curve);
  for (Eigen::Index r = 0; r < replicates.cols(); ++r) {
    const std::vector<Eigen::VectorXd> resampled = Whiten(whiteners, replicates.col(r));
    std::size_t winner = 0;
    double lowest = std::numeric_limits<double>::infinity();
    for (std::size_t f = 0; f < families.size(); ++f) {
      const Best best = FitFamily(families[f], whiteners, resampled);
      const double aicc = Aicc(best.deviance, families[f].shape, shapes.lengths.size());
      if (aicc < lowest) {
        lowest = aicc;
        winner = f;
      }
      if (families[f].shape == Shape::kBroken) knees.push_back(families[f].designs[best.design].nonlinear);
    }
    ++wins[winner];
  }
  for (std::size_t f = 0; f < families.size(); ++f) {
    if (replicates.cols() > 0) {
      shapes.fits[f].support = static_cast<double>(wins[f]) / static_cast<double>(replicates.cols());
    }
    if (families[f].shape != Shape::kBroken) continue;
    const ShapeFit& fit = shapes.fits[f];
    Knee knee;
    knee.length = Parameter(fit, "knee");
    knee.slope_before = Parameter(fit, "slope_before");
    knee.slope_after = Parameter(fit, "slope_after");
    // The replicates are already those of all documents.
    const Interval interval =
        PercentileInterval(knee.length, knee.length, knees, confidence, curve.kept, curve.kept);
    knee.low = interval.low;
    knee.high = interval.high;
    shapes.knee = knee;
  }
  return shapes;
}

}  // namespace lengthwise
