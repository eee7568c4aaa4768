#include "usage/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "lengthwise/version.h"
#include "usage/help.h"

namespace lengthwise {
namespace {

// Text that roff takes for nothing else.
std::string Escaped(std::string_view text) {
  std::string escaped;
  if (text.starts_with('.') || text.starts_with('\'')) escaped += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else if (c == '~') {
      escaped += "\\(ti";
    } else if (c == '^') {
      escaped += "\\(ha";
    } else if (c == '\'') {
      escaped += "\\(aq";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string Bold(std::string_view text) {
  return "\\fB" + Escaped(text) + "\\fR";
}

// Names to be put in for are slanted, and words to be typed as they are bold.
std::string Value(const OptionAbout& option) {
  if (option.kind == ValueKind::kNone) return "";
  return option.kind == ValueKind::kChoice ? Bold(ValueText(option))
                                           : "\\fI" + Escaped(ValueText(option)) + "\\fR";
}

std::string Item(const std::string& name, const std::string& about) {
  return fmt::format(".TP\n{}\n{}\n", name, about);
}

std::string OptionItem(const OptionAbout& option) {
  std::string name = Bold(option.name);
  if (!option.short_name.empty()) name = Bold(option.short_name) + ", " + name;
  if (option.kind != ValueKind::kNone) name += " " + Value(option);
  std::string about = Escaped(option.about) + (option.about.ends_with('.') ? "" : ".");
  if (!option.default_value.empty()) about += fmt::format(" Default: {}.", Escaped(option.default_value));
  if (option.required) about += " Required.";
  return Item(name, about);
}

std::string Options(const CommandAbout& command) {
  std::string text;
  if (!command.arguments.empty()) text += ".SH ARGUMENTS\n";
  for (const OptionAbout& argument : command.arguments)
    text += Item(Value(argument), Escaped(argument.about) + ".");
  text += ".SH OPTIONS\n";
  std::string group;
  for (const OptionAbout& option : command.options) {
    if (option.group != group) text += fmt::format(".SS {}\n", option.group);
    group = option.group;
    text += OptionItem(option);
  }
  return text;
}

std::string Examples(const CommandAbout& command) {
  if (command.examples.empty()) return "";
  std::string text = ".SH EXAMPLES\n.nf\n";
  for (const std::string& example : command.examples) text += Escaped(example) + "\n";
  return text + ".fi\n";
}

// The command that this is one of, or the commands of the program.
std::string SeeAlso(const CommandAbout& command, const CommandAbout& program) {
  const CommandAbout* above = &program;
  for (const CommandAbout& sub : program.commands) {
    if (command.path.starts_with(sub.path + " ")) above = &sub;
  }
  std::vector<std::string> names;
  if (command.path != above->path) names.push_back(ManPageName(*above));
  const CommandAbout& shown = command.commands.empty() ? *above : command;
  for (const CommandAbout& sub : shown.commands) {
    if (sub.path != command.path) names.push_back(ManPageName(sub));
  }
  std::string text = ".SH SEE ALSO\n";
  for (std::size_t i = 0; i < names.size(); ++i)
    text += fmt::format(".BR {} (1){}\n", Escaped(names[i]), i + 1 < names.size() ? "," : "");
  return text;
}

}  // namespace

std::string ManPageName(const CommandAbout& command) {
  std::string name = command.path;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string ManPage(const CommandAbout& command, const CommandAbout& program) {
  const std::string name = ManPageName(command);
  std::string text =
      fmt::format(".TH {} 1 \"\" \"lengthwise {}\" \"Lengthwise\"\n", Escaped(name), Version());
  text += fmt::format(".SH NAME\n{} \\- {}\n", Escaped(name), Escaped(command.about));
  text += fmt::format(".SH SYNOPSIS\n.nf\n{}\n.fi\n", Escaped(Synopsis(command)));
  text += fmt::format(".SH DESCRIPTION\n{}.\n", Escaped(command.about));
  if (!command.more.empty()) text += Escaped(command.more) + "\n";
  text += Examples(command);
  if (!command.commands.empty()) text += ".SH COMMANDS\n";
  for (const CommandAbout& sub : command.commands) text += Item(Bold(sub.name), Escaped(sub.about));
  text += Options(command);
  text += ".SH EXIT STATUS\n";
  text += Item("0", "Done.") + Item("1", "The work failed.") + Item("2", "Wrong usage.");
  return text + SeeAlso(command, program);
}

}  // namespace lengthwise
