#include "search/vector_set.h"

#include <cmath>

#include "base/fail.h"
#include "embedding/pooling.h"

namespace lengthwise {

void NormalizeRows(VectorSet& vectors, const char* what) {
  for (std::size_t r = 0; r < vectors.rows(); ++r) {
    const std::span<float> row = vectors.row(r);
    float poison = 0;
    for (const float value : row) poison += 0.0F * value;  // NaN where a value is not finite
    if (std::isnan(poison)) Fail(ErrorCode::kBadInput, "vector {} of the {} is not finite", r, what);
    NormalizeVector(row);
  }
}

}  // namespace lengthwise
