#include "embedding/pooling.h"

#include <algorithm>
#include <cmath>

#include "math/rows.h"

namespace lengthwise {

void PoolStates(Pooling pooling, const float* states, std::size_t tokens, std::span<float> vector) {
  const std::size_t hidden = vector.size();
  switch (pooling) {
    case Pooling::kCls:
      std::copy_n(states, hidden, vector.begin());
      return;
    case Pooling::kLastToken:
      std::copy_n(states + (tokens - 1) * hidden, hidden, vector.begin());
      return;
    case Pooling::kMax:
      std::copy_n(states, hidden, vector.begin());
      for (std::size_t t = 1; t < tokens; ++t) {
        for (std::size_t c = 0; c < hidden; ++c) vector[c] = std::max(vector[c], states[t * hidden + c]);
      }
      return;
    case Pooling::kWeightedMean:
      std::fill(vector.begin(), vector.end(), 0.0F);
      for (std::size_t t = 0; t < tokens; ++t) {
        for (std::size_t c = 0; c < hidden; ++c)
          vector[c] += states[t * hidden + c] * static_cast<float>(t + 1);
      }
      for (float& value : vector) value /= static_cast<float>(tokens) * static_cast<float>(tokens + 1) / 2;
      return;
    case Pooling::kMean:
    case Pooling::kMeanSqrtLength: {
      std::fill(vector.begin(), vector.end(), 0.0F);
      for (std::size_t t = 0; t < tokens; ++t) AddRow(states + t * hidden, vector.data(), hidden);
      const auto count = static_cast<float>(tokens);
      for (float& value : vector) value /= pooling == Pooling::kMean ? count : std::sqrt(count);
      return;
    }
  }
}

void NormalizeVector(std::span<float> vector) {
  const float norm = std::sqrt(Dot(vector.data(), vector.data(), vector.size()));
  const float scale = 1.0F / std::max(norm, 1e-12F);
  for (float& value : vector) value *= scale;
}

}  // namespace lengthwise
