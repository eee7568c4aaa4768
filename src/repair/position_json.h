// The member "positions" of a repair file.
#pragma once

#include <string>

#include "base/json.h"
#include "lengthwise/position_map.h"

namespace lengthwise {

// Throws kBadInput, naming the member.
PositionMap ReadPositions(const Json& object, const std::string& file);

OrderedJson FormatPositions(const PositionMap& map);

}  // namespace lengthwise
