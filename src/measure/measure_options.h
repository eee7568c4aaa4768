// Whether a measurement can be what it is asked for.
#pragma once

#include "embedding/session.h"
#include "lengthwise/measure_options.h"

namespace lengthwise {

// Throws kBadInput, saying what is wrong with which option.
void CheckMeasureOptions(const MeasureOptions& options, const Session& embedder);

}  // namespace lengthwise
