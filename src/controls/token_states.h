// The states of tokens after the last layer, for statistics of more than the pooled vector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "collapse/arms.h"
#include "embedding/session.h"
#include "encoder/intervention.h"

namespace lengthwise {

// Given the states [tokens x hidden] of a sequence: from any thread, of several sequences at a time, each
// once.
using StateSink = std::function<void(std::size_t sequence, const float* states, std::size_t tokens)>;

// Runs all sequences. The states are the same at any number of threads. `progress` is called with the tokens
// of this call. From one thread at a time.
void ForEachStates(const Session& embedder, std::span<const std::vector<std::int32_t>> sequences,
                   const Intervention& intervention, const StateSink& sink, const TokenProgress& progress);

}  // namespace lengthwise
