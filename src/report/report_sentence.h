// A measurement in one sentence.
#pragma once

#include <string>

#include "collapse/measure.h"

namespace lengthwise {

// What the collapse index, the static control, the preferred shape and the knee say; or, without an index,
// why there is none and how the natural arm goes from its shortest to its longest bucket.
std::string ReportSentence(const MeasureResult& result);

}  // namespace lengthwise
