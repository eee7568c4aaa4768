// Whether the weights are those of the model that config.json describes.
#pragma once

#include "encoder/model_spec.h"

namespace lengthwise {

// Throws kBadCheckpoint, naming tensors, where one that `spec` needs is missing, or one is stored that it has
// no place for: each would give vectors of another model. What lies outside the encoder may be stored:
// poolers, heads of tasks, tables of positions. Shapes are checked when the weights are read.
// The number of BERT's heads leaves no trace in its weights, and cannot be checked.
void CheckTensors(const Checkpoint& checkpoint, const ModelSpec& spec);

}  // namespace lengthwise
