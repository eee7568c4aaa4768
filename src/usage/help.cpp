#include "usage/help.h"

#include <fmt/format.h>

#include <algorithm>

#include <CLI/CLI.hpp>

namespace lengthwise {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kColumn = 30;  // where descriptions begin

// A name and its description, beside or below it.
std::string Entry(const std::string& name, const std::string& about) {
  std::string text = "  " + name;
  text +=
      text.size() + 2 <= kColumn ? std::string(kColumn - text.size(), ' ') : "\n" + std::string(kColumn, ' ');
  return text + Wrapped(about, kColumn, kWidth - kColumn) + "\n";
}

std::string NameAndValue(const OptionAbout& option) {
  std::string text = option.short_name.empty() ? option.name : option.short_name + ", " + option.name;
  if (option.kind != ValueKind::kNone) text += " " + ValueText(option);
  return text;
}

std::string About(const OptionAbout& option) {
  std::string text = option.about;
  if (!option.default_value.empty()) text += fmt::format(" (default: {})", option.default_value);
  if (option.required) text += " (required)";
  return text;
}

std::string ArgumentsText(const CommandAbout& command) {
  if (command.arguments.empty()) return "";
  std::string text = "\nArguments:\n";
  for (const OptionAbout& argument : command.arguments) text += Entry(ValueText(argument), About(argument));
  return text;
}

std::string OptionsText(const CommandAbout& command, bool all) {
  std::string text;
  std::string group;
  for (const OptionAbout& option : command.options) {
    if (option.rare && !all) continue;
    if (option.group != group) text += fmt::format("\n{}:\n", option.group);
    group = option.group;
    text += Entry(NameAndValue(option), About(option));
  }
  return text;
}

}  // namespace

std::string Wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string wrapped;
  while (text.size() > width) {
    std::size_t end = text.rfind(' ', width);
    if (end == std::string_view::npos || end == 0) end = text.find(' ');
    if (end == std::string_view::npos) break;
    wrapped += text.substr(0, end);
    wrapped += "\n" + std::string(indent, ' ');
    text.remove_prefix(end + 1);
  }
  return wrapped + std::string(text);
}

std::string Synopsis(const CommandAbout& command) {
  std::string text = command.path;
  if (!command.commands.empty()) return text + " COMMAND [OPTIONS]";
  for (const OptionAbout& argument : command.arguments) text += " " + ValueText(argument);
  for (const OptionAbout& option : command.options) {
    if (option.required) text += " " + option.name + " " + option.value;
  }
  return text + " [OPTIONS]";
}

std::string HelpText(const CommandAbout& command, bool all) {
  std::string text = Wrapped(command.about + ".", 0, kWidth) + "\n";
  if (!command.more.empty()) text += Wrapped(command.more, 0, kWidth) + "\n";
  if (!command.examples.empty()) text += command.examples.size() == 1 ? "\nExample:\n" : "\nExamples:\n";
  for (const std::string& example : command.examples) text += "  " + example + "\n";
  text += "\nUsage: " + Synopsis(command) + "\n";
  if (!command.commands.empty()) text += "\nCommands, in the order of use:\n";
  for (const CommandAbout& sub : command.commands) text += Entry(sub.name, sub.about);
  text += ArgumentsText(command) + OptionsText(command, all);
  const auto rare = std::count_if(command.options.begin(), command.options.end(),
                                  [](const OptionAbout& option) { return option.rare; });
  if (rare > 0 && !all) text += fmt::format("\n{} rarer options: {} --help-all\n", rare, command.path);
  return text;
}

std::shared_ptr<CLI::FormatterBase> HelpFormatter() {
  const auto format = [](const CLI::App* app, const std::string& path, CLI::AppFormatMode mode) {
    const CommandAbout command = DescribeCommand(*app, path);
    const bool all = mode == CLI::AppFormatMode::All;
    std::string text = HelpText(command, all);
    if (!all) return text;
    for (const CommandAbout& sub : command.commands) text += "\n\n" + HelpText(sub, true);
    return text;
  };
  return std::make_shared<CLI::FormatterLambda>(format);
}

}  // namespace lengthwise
