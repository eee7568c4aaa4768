// Weights from the checkpoint into the form the kernels read.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "encoder/model_spec.h"
#include "math/linear_layer.h"

namespace lengthwise {

// A map of the checkpoint, times `scale`.
struct LinearSource {
  const WeightNames* names = nullptr;
  std::size_t out = 0;
  float scale = 1.0F;
};

// The linear layer of `in` inputs whose outputs are those of `sources`, one after the other. Both functions
// throw kBadCheckpoint naming file and tensor where it is missing, has another shape, or holds a value that
// is not finite.
LinearLayer LoadLinear(const Checkpoint& checkpoint, std::span<const LinearSource> sources, std::size_t in,
                       Precision precision);
std::vector<float> ReadFinite(const Checkpoint& checkpoint, const std::string& name,
                              std::span<const std::size_t> shape);

}  // namespace lengthwise
