#include "controls/token_identity.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "collapse/resampled_cosine.h"

namespace lengthwise {
namespace {

// The same function of the estimate and of every resample.
template <typename Fn>
ResampledValue Each(const ResampledValue& value, const Fn& fn) {
  ResampledValue result{.estimate = fn(value.estimate), .replicates = value.replicates};
  std::transform(result.replicates.begin(), result.replicates.end(), result.replicates.begin(), fn);
  return result;
}

bool IsPositive(const ResampledValue& value) {
  return value.estimate > 0 && std::all_of(value.replicates.begin(), value.replicates.end(),
                                           [](double replicate) { return replicate > 0; });
}

// ln(to) - ln(from).
std::optional<ResampledValue> LogChange(const ResampledValue& from, const ResampledValue& to) {
  if (!IsPositive(from) || !IsPositive(to)) return std::nullopt;
  const auto log = [](double value) { return std::log(value); };
  return Each(to, log) - Each(from, log);
}

std::optional<ResampledValue> Negative(const std::optional<ResampledValue>& value) {
  if (!value) return std::nullopt;
  return Each(*value, [](double of) { return -of; });
}

ResampledValue Quotient(const ResampledValue& a, const ResampledValue& b) {
  ResampledValue quotient{.estimate = a.estimate / b.estimate, .replicates = a.replicates};
  for (std::size_t r = 0; r < b.replicates.size(); ++r) quotient.replicates[r] /= b.replicates[r];
  return quotient;
}

}  // namespace

void UnitMean(const float* states, std::size_t tokens, std::span<float> mean) {
  const std::size_t hidden = mean.size();
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(hidden));
  for (std::size_t t = 0; t < tokens; ++t) {
    const Eigen::VectorXd state =
        Eigen::Map<const Eigen::VectorXf>(states + t * hidden, static_cast<Eigen::Index>(hidden))
            .cast<double>();
    const double norm = state.norm();
    if (norm > 0) sum += state / norm;
  }
  for (std::size_t c = 0; c < hidden; ++c)
    mean[c] = static_cast<float>(sum(static_cast<Eigen::Index>(c)) / static_cast<double>(tokens));
}

IdentityValues IdentityValuesOf(const FloatRowMatrix& unit_means, std::size_t tokens,
                                const Eigen::MatrixXd& weights) {
  IdentityValues values;
  values.pooled = ResampledCosine(UnitRows(unit_means), weights);
  values.cross = ResampledCosine(unit_means, weights);
  std::vector<double> own;
  for (Eigen::Index d = 0; d < unit_means.rows(); ++d)
    own.push_back(unit_means.row(d).cast<double>().squaredNorm());
  values.within = ResampledMean(own, weights);
  const auto n = static_cast<double>(tokens);
  // Of n^2 pairs, n are of a token with itself, whose cosine is 1.
  values.within_others = Each(values.within, [n](double within) { return (n * within - 1) / (n - 1); });
  return values;
}

IdentityChange ChangeOf(const IdentityValues& from, const IdentityValues& to, double confidence,
                        std::size_t documents) {
  const auto interval = [&](const std::optional<ResampledValue>& value) -> std::optional<Interval> {
    if (!value) return std::nullopt;
    return IntervalOf(*value, confidence, documents);
  };
  const std::optional<ResampledValue> cross = LogChange(from.cross, to.cross);
  const std::optional<ResampledValue> within = Negative(LogChange(from.within, to.within));
  const std::optional<ResampledValue> others = Negative(LogChange(from.within_others, to.within_others));
  IdentityChange change;
  change.cross = interval(cross);
  change.within = interval(within);
  change.different_tokens = interval(others);
  if (!cross || !within) return change;
  const ResampledValue rise = *cross - *Negative(within);
  change.rise = interval(rise);
  const bool clear =
      change.rise->low && (*change.rise->low > 0 || *change.rise->high < 0) &&
      std::none_of(rise.replicates.begin(), rise.replicates.end(), [](double of) { return of == 0; });
  if (!clear) return change;
  change.cross_share = interval(Quotient(*cross, rise));
  change.within_share = interval(Quotient(*within, rise));
  if (others) change.different_tokens_share = interval(Quotient(*others, rise));
  return change;
}

}  // namespace lengthwise
