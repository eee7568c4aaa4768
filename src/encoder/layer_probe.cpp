#include "encoder/layer_probe.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "math/rows.h"

namespace lengthwise {

LayerProbe MeasureStates(const float* states, std::size_t tokens, std::size_t hidden) {
  // Sums of the states, and of the states scaled to unit length.
  std::vector<double> sum(hidden, 0.0);
  std::vector<double> unit_sum(hidden, 0.0);
  double square = 0;
  double units = 0;
  for (std::size_t t = 0; t < tokens; ++t) {
    const float* const row = states + t * hidden;
    const double norm_square = Dot(row, row, hidden);
    square += norm_square;
    const double inverse = norm_square > 0 ? 1.0 / std::sqrt(norm_square) : 0.0;
    units += norm_square > 0 ? 1.0 : 0.0;
    for (std::size_t c = 0; c < hidden; ++c) {
      sum[c] += row[c];
      unit_sum[c] += row[c] * inverse;
    }
  }
  const auto n = static_cast<double>(tokens);
  double sum_square = 0;
  double unit_square = 0;
  for (std::size_t c = 0; c < hidden; ++c) {
    sum_square += sum[c] * sum[c];
    unit_square += unit_sum[c] * unit_sum[c];
  }
  LayerProbe probe;
  // sum_{i != j} u_i . u_j = ||sum u||^2 - sum ||u||^2
  probe.token_cosine = units > 1 ? std::clamp((unit_square - units) / (units * (units - 1)), -1.0, 1.0) : 1.0;
  // ||X||^2 = ||HC X||^2 + n ||mean||^2
  probe.hc_ratio = square > 0 ? std::sqrt(std::max(0.0, 1.0 - sum_square / n / square)) : 0.0;
  return probe;
}

}  // namespace lengthwise
