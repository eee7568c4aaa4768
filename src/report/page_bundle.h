// The page bundled from web/ at build time, with placeholders <!--lengthwise:NAME--> still in it.
#pragma once

#include <string_view>

namespace lengthwise {

std::string_view PageBundle();

}  // namespace lengthwise
