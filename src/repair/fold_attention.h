// Temperatures folded into weights, so that a program that knows nothing of them computes the same.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "encoder/model_spec.h"
#include "lengthwise/attention_policy.h"

namespace lengthwise {

// Float32 contents of the tensors that change, by name.
//
// A head's scores are (W_Q x + b_Q) . k / sqrt(d); dividing them by tau is dividing its rows of W_Q and its
// part of b_Q. A relative position bias that is divided too (TemperatureReading::kScores) is folded into the
// head's column of the table, which all layers share. Throws kBadInput (the policy does not fit the model),
// or kUnsupported, naming what depends on the text and so is no weight (temperatures by length, AttnScale,
// top-k), or naming head and layers, where one head has different temperatures in layers that share a
// table.
std::map<std::string, std::vector<float>> FoldAttention(const Checkpoint& checkpoint, const ModelSpec& spec,
                                                        const AttentionPolicy& policy);

}  // namespace lengthwise
