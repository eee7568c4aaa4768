// A position map folded into the table of positions, so that a program that knows nothing of it computes the
// same.
#pragma once

#include <cstddef>
#include <vector>

#include "base/json.h"
#include "checkpoint/checkpoint.h"
#include "encoder/model_spec.h"
#include "lengthwise/position_map.h"

namespace lengthwise {

// Whether a member of config.json does what `map` does to rotary positions: linear interpolation alone.
bool FoldsIntoRotary(const ModelSpec& spec, const PositionMap& map);
// That member, spec.rotary_scaling_member, of a model that then has so many `positions`.
OrderedJson FoldedRotary(const PositionMap& map, std::size_t positions);

// Float32 contents of spec.position_embeddings, rows before the first position included. `map` has passed
// Check.
std::vector<float> FoldPositions(const Checkpoint& checkpoint, const ModelSpec& spec, const PositionMap& map);

}  // namespace lengthwise
