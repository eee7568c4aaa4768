// The controls of a report as JSON.
#pragma once

#include "base/json.h"
#include "controls/controls.h"

namespace lengthwise {

// Member `controls` of the report; each control carries its result in words.
OrderedJson ControlsJson(const ControlResult& result);

}  // namespace lengthwise
