// A position map folded into the table of positions, so that a program that knows nothing of it computes the
// same.
#pragma once

#include <vector>

#include "checkpoint/checkpoint.h"
#include "encoder/model_spec.h"
#include "lengthwise/position_map.h"

namespace lengthwise {

// Float32 contents of spec.position_embeddings, rows before the first position included. `map` has passed
// Check.
std::vector<float> FoldPositions(const Checkpoint& checkpoint, const ModelSpec& spec, const PositionMap& map);

}  // namespace lengthwise
