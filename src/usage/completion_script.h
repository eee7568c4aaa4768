// Scripts that complete the command line in a shell.
#pragma once

#include <string>
#include <vector>

#include "usage/command_tree.h"

namespace lengthwise {

enum class Shell { kBash, kZsh, kFish };

// "bash", "zsh", "fish".
std::vector<std::string> ShellNames();
Shell ParseShell(const std::string& name);

// `program`: the whole tree. Names of sets are asked of the program when they are completed.
std::string CompletionScript(Shell shell, const CommandAbout& program);

}  // namespace lengthwise
