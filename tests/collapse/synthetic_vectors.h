// Seeded vectors with known answers, and statistics written plainly, pair by pair, in double precision.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "base/random.h"
#include "collapse/length_stats.h"

namespace lengthwise::testing {

using Vectors = std::vector<std::vector<float>>;

// `common` along the first axis plus standard normal noise: mean pairwise cosine about
// common^2 / (common^2 + dimension).
inline Vectors NoisyVectors(std::size_t count, std::size_t dimension, double common, Random& random) {
  Vectors vectors(count, std::vector<float>(dimension));
  for (std::vector<float>& vector : vectors) {
    for (float& component : vector) component = static_cast<float>(random.Normal());
    vector[0] += static_cast<float>(common);
  }
  return vectors;
}

inline double Cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double dot = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return aa == 0 || bb == 0 ? 0 : dot / std::sqrt(aa * bb);
}

inline double PairwiseCosine(const Vectors& vectors) {
  double sum = 0;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    for (std::size_t j = 0; j < vectors.size(); ++j) {
      if (i != j) sum += Cosine(vectors[i], vectors[j]);
    }
  }
  return sum / static_cast<double>(vectors.size() * (vectors.size() - 1));
}

// One bucket holding the vectors, with keys from `first_key` on.
inline LengthStats StatsOf(const Vectors& vectors, std::size_t dimension, std::uint64_t first_key = 0,
                           std::size_t capacity = kDefaultKeptVectors) {
  const LengthBucket bucket{1, 16, false};
  LengthStats stats(dimension, {&bucket, 1}, capacity);
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    stats.Add(0, {.key = first_key + i, .tokens = 8, .cut = false, .vector = vectors[i], .probe = nullptr});
  }
  return stats;
}

}  // namespace lengthwise::testing
