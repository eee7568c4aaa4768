#include "usage/usage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/nearest_name.h"

namespace lengthwise {
namespace {

// The program, and the command and its command that were chosen.
std::vector<const CLI::App*> ChosenCommands(const CLI::App& app) {
  std::vector<const CLI::App*> chosen = {&app};
  while (!chosen.back()->get_subcommands().empty()) chosen.push_back(chosen.back()->get_subcommands().back());
  return chosen;
}

std::string PathOf(const std::vector<const CLI::App*>& chosen) {
  std::vector<std::string> names;
  for (const CLI::App* app : chosen) names.push_back(app->get_name());
  return fmt::format("{}", fmt::join(names, " "));
}

std::vector<std::string> CommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!sub->get_group().empty()) names.push_back(sub->get_name());
  }
  return names;
}

std::vector<std::string> OptionsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options({})) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string CommandsText(const CLI::App& app) {
  return fmt::format("the commands of {} are {}", app.get_name(), fmt::join(CommandsOf(app), ", "));
}

bool IsOption(const std::string& argument) {
  return argument.size() > 1 && argument[0] == '-' && argument != "--";
}

// An option that its command does not have; nothing where there is none.
std::string UnknownOption(const std::vector<const CLI::App*>& chosen) {
  for (auto app = chosen.rbegin(); app != chosen.rend(); ++app) {
    const std::vector<std::string> left = (*app)->remaining();
    const auto option = std::find_if(left.begin(), left.end(), IsOption);
    if (option == left.end()) continue;
    const std::string name = option->substr(0, option->find('='));
    const std::vector<std::string> of_command = OptionsOf(*chosen.back());
    if (*app != chosen.back() && std::find(of_command.begin(), of_command.end(), name) != of_command.end())
      return fmt::format("{} stands before the command; give it after: {} {}", name, PathOf(chosen), name);
    return fmt::format("unknown option {}{}", name, DidYouMean(name, OptionsOf(**app)));
  }
  return "";
}

// The same for a command, or an argument.
std::string UnknownArgument(const std::vector<const CLI::App*>& chosen) {
  for (auto app = chosen.rbegin(); app != chosen.rend(); ++app) {
    const std::vector<std::string> left = (*app)->remaining();
    if (left.empty()) continue;
    const std::vector<std::string> commands = CommandsOf(**app);
    if (*app != chosen.back() || commands.empty()) return fmt::format("unexpected argument {}", left.front());
    const std::string meant = DidYouMean(left.front(), commands);
    return fmt::format("unknown command {}{}", left.front(),
                       meant.empty() ? "; " + CommandsText(**app) : meant);
  }
  return "";
}

std::string GivenTooOften(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options({})) {
    if (option->get_items_expected_max() < static_cast<int>(option->count()) &&
        option->get_items_expected_max() > 0)
      return fmt::format("{} is given {} times; give it once", option->get_name(), option->count());
  }
  return "";
}

}  // namespace

std::string UsageMessage(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<const CLI::App*> chosen = ChosenCommands(app);
  const std::string look = fmt::format(" ({} --help says what there is)", PathOf(chosen));
  const bool mismatch = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
  if (mismatch) {
    if (const std::string twice = GivenTooOften(*chosen.back()); !twice.empty()) return twice;
    // "--output: 1 required FILE missing".
    const std::string what = error.what();
    return what.substr(0, what.find(':')) + " needs a value" + look;
  }
  const bool required = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  if (!required && dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return error.what();
  // What is missing may have been mistyped: a command, if that comes first, an option, or else a word, which
  // may only be the value of such an option.
  const std::vector<std::string> left = chosen.back()->remaining();
  if (!CommandsOf(*chosen.back()).empty() && !left.empty() && !IsOption(left.front()))
    return UnknownArgument(chosen) + look;
  if (const std::string option = UnknownOption(chosen); !option.empty()) return option + look;
  if (const std::string argument = UnknownArgument(chosen); !argument.empty()) return argument + look;
  if (required && !CommandsOf(*chosen.back()).empty())
    return fmt::format("no command is given; {}{}", CommandsText(*chosen.back()), look);
  return error.what() + look;
}

}  // namespace lengthwise
