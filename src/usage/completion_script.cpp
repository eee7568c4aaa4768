#include "usage/completion_script.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "base/fail.h"
#include "base/shell.h"

namespace lengthwise {
namespace {

// A shell command that prints the names of the sets.
constexpr const char* kSets =
    R"(lengthwise datasets list 2>/dev/null | sed -n 's/^\([a-z0-9-]\{1,\}\) .*/\1/p')";

void ForEachCommand(const CommandAbout& command, const std::function<void(const CommandAbout&)>& call) {
  call(command);
  for (const CommandAbout& sub : command.commands) ForEachCommand(sub, call);
}

// The beginning of a description, up to where it goes into detail.
std::string Brief(const std::string& about) {
  const std::size_t end = std::min({about.find(" ("), about.find("; "), about.find(": ")});
  return about.substr(0, end);
}

std::vector<std::string> NamesOf(const CommandAbout& command) {
  std::vector<std::string> names;
  for (const OptionAbout& option : command.options) names.push_back(option.name);
  return names;
}

std::vector<std::string> CommandNames(const CommandAbout& command) {
  std::vector<std::string> names;
  for (const CommandAbout& sub : command.commands) names.push_back(sub.name);
  return names;
}

// "'lengthwise embed' | 'lengthwise measure'": what a shell's case matches.
std::vector<std::string> QuotedPaths(const CommandAbout& program) {
  std::vector<std::string> paths;
  ForEachCommand(program, [&](const CommandAbout& command) {
    for (const CommandAbout& sub : command.commands) paths.push_back(ShellQuoted(sub.path));
  });
  return paths;
}

// Bash

std::string BashValue(const OptionAbout& option) {
  switch (option.kind) {
    case ValueKind::kChoice:
      return fmt::format("_lengthwise_words {}",
                         ShellQuoted(fmt::format("{}", fmt::join(option.choices, " "))));
    case ValueKind::kFile:
      return "_lengthwise_files -f";
    case ValueKind::kFolder:
      return "_lengthwise_files -d";
    case ValueKind::kSet:
      return fmt::format("_lengthwise_words \"$({})\"", kSets);
    default:
      return "";
  }
}

std::string BashCommand(const CommandAbout& command) {
  std::string text = fmt::format("    {})\n      options={}\n", ShellQuoted(command.path),
                                 ShellQuoted(fmt::format("{}", fmt::join(NamesOf(command), " "))));
  if (!command.commands.empty())
    text += fmt::format("      otherwise={}\n",
                        ShellQuoted("_lengthwise_words " +
                                    ShellQuoted(fmt::format("{}", fmt::join(CommandNames(command), " ")))));
  if (!command.arguments.empty())
    text += fmt::format("      otherwise={}\n", ShellQuoted(BashValue(command.arguments.front())));
  text += "      case $previous in\n";
  for (const OptionAbout& option : command.options) {
    if (option.kind == ValueKind::kNone) continue;
    const std::string value = BashValue(option);
    text += fmt::format("        {}) {}return ;;\n", option.name, value.empty() ? "" : value + "; ");
  }
  return text + "      esac ;;\n";
}

std::string BashScript(const CommandAbout& program) {
  std::string text =
      R"(# Completes the command line of lengthwise in bash. Made by: lengthwise completion bash

_lengthwise_words() {
  local before=""
  # Of a list with commas, the last part.
  [[ $current == *,* ]] && before=${current%,*},
  COMPREPLY=($(compgen -P "$before" -W "$1" -- "${current##*,}"))
}

_lengthwise_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}

_lengthwise() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local path=lengthwise options="" otherwise="" i
  COMPREPLY=()
  # Bash takes --option=value for three words.
  if [[ $current == = ]]; then
    current=""
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$path ${COMP_WORDS[i]}" in
)";
  text += fmt::format("      {}) path+=\" ${{COMP_WORDS[i]}}\" ;;\n", fmt::join(QuotedPaths(program), " | "));
  text += "    esac\n  done\n  case $path in\n";
  ForEachCommand(program, [&](const CommandAbout& command) { text += BashCommand(command); });
  return text + R"(  esac
  if [[ $current == -* || -z $otherwise ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    eval "$otherwise"
  fi
}

complete -F _lengthwise lengthwise
)";
}

// Zsh

std::string ZshFunction(const std::string& path) {
  std::string name = "_" + path;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

// Within the brackets of an option's specification, or before the colon of a description.
std::string ZshText(const std::string& text) {
  std::string escaped;
  for (const char c : Brief(text)) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string ZshValue(const OptionAbout& option) {
  switch (option.kind) {
    case ValueKind::kNone:
      return "";
    case ValueKind::kChoice:
      return option.list ? fmt::format(":value:_values -s , value {}", fmt::join(option.choices, " "))
                         : fmt::format(":value:({})", fmt::join(option.choices, " "));
    case ValueKind::kFile:
      return ":file:_files";
    case ValueKind::kFolder:
      return ":folder:_files -/";
    case ValueKind::kSet:
      return ":set:_lengthwise_sets";
    case ValueKind::kOther:
      return fmt::format(":{}: ", ZshText(option.value));
  }
  return "";
}

std::string ZshOptions(const CommandAbout& command) {
  std::string text;
  for (const OptionAbout& option : command.options) {
    text += " \\\n    " + ShellQuoted(fmt::format("{}{}{}[{}]{}", option.repeated ? "*" : "", option.name,
                                                  option.kind == ValueKind::kNone ? "" : "=",
                                                  ZshText(option.about), ZshValue(option)));
  }
  return text;
}

std::string ZshCommand(const CommandAbout& command) {
  std::string text = fmt::format("{}() {{\n", ZshFunction(command.path));
  if (command.commands.empty()) {
    text += "  _arguments" + ZshOptions(command);
    for (const OptionAbout& argument : command.arguments)
      text += " \\\n    " + ShellQuoted((argument.repeated ? "*" : "1") + ZshValue(argument));
    return text + "\n}\n\n";
  }
  text += "  local state line\n  _arguments -C" + ZshOptions(command) +
          " \\\n    '1: :->command' '*:: :->arguments'\n  case $state in\n    command)\n      local -a "
          "commands=(\n";
  for (const CommandAbout& sub : command.commands)
    text += "        " + ShellQuoted(sub.name + ":" + ZshText(sub.about)) + "\n";
  text += "      )\n      _describe command commands ;;\n    arguments)\n      case $line[1] in\n";
  for (const CommandAbout& sub : command.commands)
    text += fmt::format("        {}) {} ;;\n", sub.name, ZshFunction(sub.path));
  return text + "      esac ;;\n  esac\n}\n\n";
}

std::string ZshScript(const CommandAbout& program) {
  std::string text =
      "#compdef lengthwise\n# Completes the command line of lengthwise in zsh. Made by: lengthwise "
      "completion zsh\n\n";
  text += fmt::format("_lengthwise_sets() {{\n  compadd -- ${{(f)\"$({})\"}}\n}}\n\n", kSets);
  ForEachCommand(program, [&](const CommandAbout& command) { text += ZshCommand(command); });
  return text + R"(# Loaded by zsh itself, or sourced.
if [[ $funcstack[1] == _lengthwise ]]; then
  _lengthwise "$@"
else
  compdef _lengthwise lengthwise
fi
)";
}

// Fish

// In single quotes, where fish reads \' and \\.
std::string FishQuoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string FishValue(const OptionAbout& option) {
  switch (option.kind) {
    case ValueKind::kNone:
      return "";
    case ValueKind::kChoice:
      return fmt::format(" -x -a {}", FishQuoted(fmt::format("{}", fmt::join(option.choices, " "))));
    case ValueKind::kFile:
      return " -r -F";
    case ValueKind::kFolder:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::kSet:
      return fmt::format(" -x -a {}", FishQuoted(fmt::format("({})", kSets)));
    case ValueKind::kOther:
      return " -x";
  }
  return "";
}

std::string FishCommand(const CommandAbout& command) {
  const std::string at = fmt::format("complete -c lengthwise -n '__lengthwise_at \"{}\"'", command.path);
  std::string text;
  for (const CommandAbout& sub : command.commands)
    text += fmt::format("{} -a {} -d {}\n", at, sub.name, FishQuoted(Brief(sub.about)));
  for (const OptionAbout& argument : command.arguments) {
    const std::string value = FishValue(argument);
    // -r and -x are of options.
    text += fmt::format("{}{}\n", at,
                        value == " -r -F" ? " -F" : value.substr(std::min(value.size(), value.find(" -a"))));
  }
  for (const OptionAbout& option : command.options)
    text += fmt::format("{} -l {}{} -d {}\n", at, option.name.substr(2), FishValue(option),
                        FishQuoted(Brief(option.about)));
  return text;
}

std::string FishScript(const CommandAbout& program) {
  std::string text =
      fmt::format(R"(# Completes the command line of lengthwise in fish. Made by: lengthwise completion fish

# Whether the words so far chose this command.
function __lengthwise_at
    set -l path lengthwise
    for word in (commandline -opc)[2..-1]
        switch "$path $word"
            case {}
                set path "$path $word"
        end
    end
    test "$path" = "$argv[1]"
end

complete -c lengthwise -f
)",
                  fmt::join(QuotedPaths(program), " "));
  ForEachCommand(program, [&](const CommandAbout& command) { text += FishCommand(command); });
  return text;
}

}  // namespace

std::vector<std::string> ShellNames() {
  return {"bash", "zsh", "fish"};
}

Shell ParseShell(const std::string& name) {
  if (name == "bash") return Shell::kBash;
  if (name == "zsh") return Shell::kZsh;
  if (name == "fish") return Shell::kFish;
  Fail(ErrorCode::kBadInput, "there is no completion for the shell {}; choose bash, zsh or fish", name);
}

std::string CompletionScript(Shell shell, const CommandAbout& program) {
  switch (shell) {
    case Shell::kBash:
      return BashScript(program);
    case Shell::kZsh:
      return ZshScript(program);
    case Shell::kFish:
      return FishScript(program);
  }
  return "";
}

}  // namespace lengthwise
