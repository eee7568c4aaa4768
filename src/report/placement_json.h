// The member `placement` of a report's controls.
#pragma once

#include <string>

#include "base/json.h"
#include "controls/placement.h"

namespace lengthwise {

// What was found, in a sentence.
std::string PlacementSentence(const Placement& placement);

OrderedJson PlacementJson(const Placement& placement);

}  // namespace lengthwise
