// Token states to one vector.
#pragma once

#include <cstddef>
#include <span>

#include "checkpoint/checkpoint.h"

namespace lengthwise {

// States [tokens x hidden], tokens >= 1, as sentence_transformers.models.Pooling does it; `vector` has
// `hidden` floats.
void PoolStates(Pooling pooling, const float* states, std::size_t tokens, std::span<float> vector);

// Scales to unit Euclidean length; a zero vector stays zero (torch.nn.functional.normalize: divides by
// max(norm, 1e-12)).
void NormalizeVector(std::span<float> vector);

}  // namespace lengthwise
