// Going on where a command was broken off.
#pragma once

#include <cstddef>
#include <string_view>

namespace lengthwise {

// Tells how many `what` (texts, say) were found.
void SayResumed(std::size_t found, std::string_view what);

}  // namespace lengthwise
