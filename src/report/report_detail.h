// A measurement in numbers: what stands behind its sentence.
#pragma once

#include <string>

#include "measure/measure.h"

namespace lengthwise {

// What the collapse index, the static control, the preferred shape and the knee say, with their intervals;
// or, without an index, why there is none and how the natural arm goes from its shortest to its longest
// bucket.
std::string ReportDetail(const Measurement& result);

}  // namespace lengthwise
