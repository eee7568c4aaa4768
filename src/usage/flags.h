// Options as they are written on the command line.
#pragma once

#include <string>
#include <string_view>

namespace lengthwise {

// The library knows no command line, and says "the option text-field"; here that is "--text-field". Names
// that the table of option_groups.cpp lacks stay words.
std::string WithFlags(std::string_view message);

}  // namespace lengthwise
