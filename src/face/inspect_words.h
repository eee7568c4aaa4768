// What an inspection says to people.
#pragma once

#include <string>

#include "base/json.h"

namespace lengthwise {

// Lines, each of a heading and what it is, of the document of lengthwise/inspect.h.
std::string InspectionWords(const OrderedJson& document);

}  // namespace lengthwise
