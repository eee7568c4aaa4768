#include "report/report_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lengthwise {
namespace {

// A knee within this factor of the limit is "just" above or below it.
constexpr double kNear = 1.25;

// "at", "above", "just below"
std::string Beside(const Knee& knee, std::size_t length) {
  const auto limit = static_cast<double>(length);
  if (knee.low && *knee.low <= limit && limit <= *knee.high) return "at";
  const bool above = knee.length > limit;
  const double factor = above ? knee.length / limit : limit / knee.length;
  return fmt::format("{}{}", factor <= kNear ? "just " : "", above ? "above" : "below");
}

}  // namespace

double AboutTokens(double length) {
  const double unit = std::pow(10, std::max(0.0, std::floor(std::log10(length)) - 1));
  return std::round(length / unit) * unit;
}

bool KneeHasWeight(const Shapes& shapes) {
  return shapes.knee && std::any_of(shapes.fits.begin(), shapes.fits.end(), [](const ShapeFit& fit) {
           return fit.shape == Shape::kBroken && fit.weight >= kNegligibleWeight;
         });
}

std::string KneeAgainstLimit(const Knee& knee, const LengthLimits& limits) {
  const std::string trained =
      limits.trained == 0
          ? ""
          : fmt::format("{} the {} tokens that it was trained to{}", Beside(knee, limits.trained),
                        limits.trained, limits.trained_given ? "" : " as far as is known");
  if (limits.sentence_transformers == 0) return trained;
  const std::string name =
      fmt::format("{}, {} tokens",
                  limits.in_force == limits.sentence_transformers ? "the length in force"
                                                                  : "the model's own length limit",
                  limits.sentence_transformers);
  return fmt::format("{} {}{}{}", Beside(knee, limits.sentence_transformers), name,
                     trained.empty() ? "" : "; ", trained);
}

}  // namespace lengthwise
