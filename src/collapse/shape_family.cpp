#include "collapse/shape_family.h"

#include <algorithm>
#include <cmath>

namespace lengthwise {
namespace {

std::vector<Design> Grid(Shape shape, double from, double to, double steps_an_octave) {
  std::vector<Design> designs;
  const double octaves = std::log2(to / from);
  const auto steps = static_cast<std::size_t>(std::ceil(octaves * steps_an_octave));
  for (std::size_t i = 0; i <= steps; ++i) {
    const double share = steps == 0 ? 0 : static_cast<double>(i) / static_cast<double>(steps);
    designs.push_back({shape, from * std::exp2(octaves * share)});
  }
  return designs;
}

}  // namespace

const char* ShapeName(Shape shape) {
  switch (shape) {
    case Shape::kLinear:
      return "linear";
    case Shape::kLogarithmic:
      return "logarithmic";
    case Shape::kSaturating:
      return "saturating";
    case Shape::kBroken:
      break;
  }
  return "broken";
}

std::size_t ParameterCount(Shape shape) {
  switch (shape) {
    case Shape::kLinear:
    case Shape::kLogarithmic:
      return 2;
    case Shape::kSaturating:
      return 3;
    case Shape::kBroken:
      break;
  }
  return 4;
}

Eigen::MatrixXd DesignColumns(const Design& design, std::span<const double> lengths) {
  const bool broken = design.shape == Shape::kBroken;
  Eigen::MatrixXd columns(static_cast<Eigen::Index>(lengths.size()), broken ? 3 : 2);
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    columns(row, 0) = 1;
    switch (design.shape) {
      case Shape::kLinear:
        columns(row, 1) = lengths[i];
        break;
      case Shape::kLogarithmic:
        columns(row, 1) = std::log2(lengths[i]);
        break;
      case Shape::kSaturating:
        columns(row, 1) = -std::exp(-lengths[i] / design.nonlinear);
        break;
      case Shape::kBroken: {
        const double octaves = std::log2(lengths[i] / design.nonlinear);
        columns(row, 1) = std::min(octaves, 0.0);
        columns(row, 2) = std::max(octaves, 0.0);
        break;
      }
    }
  }
  return columns;
}

std::vector<Design> Designs(Shape shape, std::span<const double> lengths) {
  const std::size_t n = lengths.size();
  if (shape == Shape::kSaturating) return Grid(shape, lengths.front() / 4, lengths.back() * 8, 8);
  if (shape == Shape::kBroken) {
    if (n < 4) return {};
    return Grid(shape, lengths[1], lengths[n - 2], 48);
  }
  return {{shape, 0}};
}

std::vector<std::pair<std::string, double>> NamedParameters(const Design& design,
                                                            const Eigen::VectorXd& coefficients) {
  if (design.shape == Shape::kBroken) {
    return {{"a", coefficients(0)},
            {"slope_before", coefficients(1)},
            {"slope_after", coefficients(2)},
            {"knee", design.nonlinear}};
  }
  std::vector<std::pair<std::string, double>> parameters = {{"a", coefficients(0)}, {"b", coefficients(1)}};
  if (design.shape == Shape::kSaturating) parameters.emplace_back("c", design.nonlinear);
  return parameters;
}

}  // namespace lengthwise
