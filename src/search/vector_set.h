// Vectors of a set of texts, one or several a text.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lengthwise {

struct VectorSet {
  std::size_t dimension = 0;
  std::vector<float> values;         // row-major [rows x dimension]
  std::vector<std::size_t> offsets;  // rows offsets[i] to offsets[i + 1] are of text i; empty: one row a text

  std::size_t rows() const { return dimension == 0 ? 0 : values.size() / dimension; }
  std::size_t size() const { return offsets.empty() ? rows() : offsets.size() - 1; }
  std::size_t begin(std::size_t text) const { return offsets.empty() ? text : offsets[text]; }
  std::size_t end(std::size_t text) const { return begin(text + 1); }
  std::span<const float> row(std::size_t i) const { return {values.data() + i * dimension, dimension}; }
  std::span<float> row(std::size_t i) { return {values.data() + i * dimension, dimension}; }
};

// What an evaluation of retrieval looks at.
struct TaskVectors {
  VectorSet documents;
  VectorSet queries;
};

// Every row scaled to unit length, so that products are cosines; a zero row stays zero. Throws kBadInput,
// naming `what`, for a row that is not finite.
void NormalizeRows(VectorSet& vectors, const char* what);

}  // namespace lengthwise
