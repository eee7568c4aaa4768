// What --help and --help-all print.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "usage/command_tree.h"

namespace CLI {
class FormatterBase;
}

namespace lengthwise {

// Two lines of what the command is for, an example, how it is called, its commands, and its options by group.
// `all`: the rare options too.
std::string HelpText(const CommandAbout& command, bool all);

// HelpText for CLI11. Of the whole program, --help-all is the help of every command.
std::shared_ptr<CLI::FormatterBase> HelpFormatter();

// "lengthwise embed --model DIR --input FILE [OPTIONS]".
std::string Synopsis(const CommandAbout& command);

// Lines of at most `width` characters, broken at spaces, all but the first behind `indent` spaces.
std::string Wrapped(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace lengthwise
