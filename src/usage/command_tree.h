// The commands and their options as data, taken from what CLI11 holds: help, completion and manual pages are
// made of this alone.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace lengthwise {

enum class ValueKind {
  kNone,    // a flag
  kChoice,  // one of `choices`
  kFile,
  kFolder,
  kSet,    // a name of `lengthwise datasets list`
  kOther,  // a number, or text of a form of its own
};

struct OptionAbout {
  std::string name;        // "--model"; of a positional argument, what stands for it
  std::string short_name;  // "-h", or empty
  ValueKind kind = ValueKind::kOther;
  std::string value;  // "DIR", "N,...", "fp32|bf16|int8"; empty for a flag
  std::vector<std::string> choices;
  std::string about;
  std::string default_value;  // empty: `about` says it, or there is none
  std::string group;
  bool rare = false;  // shown by --help-all alone
  bool required = false;
  bool list = false;      // values with commas between
  bool repeated = false;  // several arguments
};

struct CommandAbout {
  std::string name;                   // "datasets"
  std::string path;                   // "lengthwise datasets"
  std::string about;                  // one line
  std::string more;                   // another; may be empty
  std::vector<std::string> examples;  // command lines
  std::vector<OptionAbout> options;   // in the order of groups, and within them as they were added
  std::vector<OptionAbout> arguments;
  std::vector<CommandAbout> commands;
};

// A description's first line is `about`, and the rest `more`; the footer's lines are the examples. Commands
// of the empty group are hidden. `path`: with the command's own name.
CommandAbout DescribeCommand(const CLI::App& command, const std::string& path);

// As it is written after the option's name: "DIR", "N,...", or nothing. Of an argument: "FILE...".
std::string ValueText(const OptionAbout& option);

}  // namespace lengthwise
