// The word embeddings, read from the file row by row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "encoder/model_spec.h"

namespace lengthwise {

class WordTable {
 public:
  // Keeps a reference to the checkpoint. Throws kBadCheckpoint naming the tensor that is missing, has another
  // shape, maps a token to a row that is not there, or holds a weight that is not finite; kUnsupported for a
  // type that cannot be read as numbers.
  WordTable(const Checkpoint& checkpoint, const ModelSpec& spec);

  // The vector of a token, as the file has it. Throws kBadCheckpoint for one that the vocabulary lacks.
  void Read(std::int32_t id, std::span<float> row) const;

 private:
  const Checkpoint* checkpoint_;
  const Tensor* table_;
  std::size_t vocabulary_;
  std::vector<std::uint32_t> rows_;  // of each token; empty: its own
  std::vector<float> weights_;       // of each token; empty: 1
};

}  // namespace lengthwise
