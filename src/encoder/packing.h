// Weights from the checkpoint into the form the kernels read.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "encoder/model_spec.h"
#include "math/linear.h"

namespace lengthwise {

// `out` outputs of `linear`, from `first` on, come from the tensors in `names`.
struct PackTask {
  PackedLinear* linear;
  const LinearNames* names;
  std::size_t first;
  std::size_t out;
};

// All of these throw kBadCheckpoint naming file and tensor where it is missing, has another shape, or holds a
// value that is not finite.
void Pack(const Checkpoint& checkpoint, const PackTask& task);
std::vector<float> ReadFinite(const Checkpoint& checkpoint, const std::string& name,
                              std::span<const std::size_t> shape);

}  // namespace lengthwise
