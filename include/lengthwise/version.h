// Which Lengthwise this is.
#pragma once

namespace lengthwise {

// Of this build, from CMakeLists.txt: "0.1.0".
const char* Version();

}  // namespace lengthwise
