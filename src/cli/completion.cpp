// lengthwise completion: a script that completes the command line in a shell.
#include <fmt/format.h>

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "usage/checks.h"
#include "usage/command_tree.h"
#include "usage/completion_script.h"

namespace lengthwise {

void AddCompletionCommand(CLI::App& app) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* const sub = app.add_subcommand(
      "completion",
      "Print a script that completes this command line in bash, zsh or fish\n"
      "Installing the program puts the scripts in place; else save the script where the shell looks.");
  sub->footer("lengthwise completion bash > ~/.local/share/bash-completion/completions/lengthwise");
  sub->add_option("shell", *shell, "The shell")->required()->type_name("SHELL")->check(OneOf(ShellNames()));
  sub->callback([shell, &app] {
    fmt::print("{}", CompletionScript(ParseShell(*shell), DescribeCommand(app, app.get_name())));
  });
}

}  // namespace lengthwise
