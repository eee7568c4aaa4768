// The embeddings of the controls' sequences.
#pragma once

#include <cstddef>
#include <map>
#include <span>

#include "collapse/arms.h"
#include "collapse/similarity.h"
#include "controls/control_plan.h"

namespace lengthwise {

// The model's vectors of each condition, a row a sequence.
using ControlVectors = std::map<ControlCondition, FloatRowMatrix>;

// Embeds every condition. Throws kBadInput for vectors that are not finite.
ControlVectors EmbedControls(const Session& embedder, const ControlFrame& frame,
                             std::span<const ControlCondition> conditions, const TokenProgress& progress);

// Unit vectors of a condition; of kWhole with one passage those of the first window, the same sequence.
FloatRowMatrix ControlUnitRows(const ControlVectors& vectors, ControlSequence sequence, std::size_t count);

// Unit vectors of the mean of the first `count` windows' vectors, as the model gives them, of each document.
FloatRowMatrix MeanWindowRows(const ControlVectors& vectors, std::size_t count);

}  // namespace lengthwise
