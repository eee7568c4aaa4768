// How alike the token states of one text are.
#pragma once

#include <cstddef>

#include "encoder/probe.h"

namespace lengthwise {

// States [tokens x hidden], rows `hidden` apart.
LayerProbe MeasureStates(const float* states, std::size_t tokens, std::size_t hidden);

}  // namespace lengthwise
