// Manual pages, as roff.
#pragma once

#include <string>

#include "usage/command_tree.h"

namespace lengthwise {

// "lengthwise-embed" of "lengthwise embed".
std::string ManPageName(const CommandAbout& command);

// The page of section 1. `program`: the whole tree.
std::string ManPage(const CommandAbout& command, const CommandAbout& program);

}  // namespace lengthwise
