// The member `interventions` of a report's controls.
#pragma once

#include "base/json.h"
#include "controls/interventions.h"

namespace lengthwise {

OrderedJson InterventionsJson(const Interventions& interventions);

}  // namespace lengthwise
