#include "usage/command_tree.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <CLI/CLI.hpp>

#include "usage/checks.h"
#include "usage/option_groups.h"

namespace lengthwise {
namespace {

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string& line : CLI::detail::split(text, '\n')) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

// Without the descriptions of checks, which CLI11 puts behind it.
std::string TypeOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.substr(0, type.find(':'));
}

ValueKind KindOf(const std::string& type, bool flag, bool choices) {
  if (flag) return ValueKind::kNone;
  if (choices) return ValueKind::kChoice;
  if (type == "FILE") return ValueKind::kFile;
  if (type == "DIR") return ValueKind::kFolder;
  return type == "SET" ? ValueKind::kSet : ValueKind::kOther;
}

// CLI11 puts lists into brackets.
std::string DefaultOf(const CLI::Option& option) {
  const std::string text = option.get_default_str();
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') return text.substr(1, text.size() - 2);
  return text;
}

OptionAbout DescribeOption(const CLI::Option& option) {
  OptionAbout about;
  if (!option.get_lnames().empty()) about.name = "--" + option.get_lnames().front();
  if (!option.get_snames().empty()) about.short_name = "-" + option.get_snames().front();
  const std::string type = TypeOf(option);
  about.choices = ChoicesOf(option);
  about.kind = KindOf(type, option.get_items_expected_max() == 0, !about.choices.empty());
  about.list = option.get_delimiter() != '\0';
  if (about.kind == ValueKind::kChoice) {
    about.value = fmt::format("{}{}", fmt::join(about.choices, "|"), about.list ? ",..." : "");
  } else if (about.kind != ValueKind::kNone) {
    about.value = type;
  }
  about.about = option.get_description();
  about.default_value = DefaultOf(option);
  about.required = option.get_required();
  about.repeated = !about.list && option.get_items_expected_max() > 1;
  if (about.name.empty()) about.name = type;
  const OptionPlace place = PlaceOf(about.name);
  about.group = place.group;
  about.rare = place.rare && !about.required;
  return about;
}

}  // namespace

CommandAbout DescribeCommand(const CLI::App& command, const std::string& path) {
  CommandAbout about;
  about.name = command.get_name();
  about.path = path;
  const std::vector<std::string> description = Lines(command.get_description());
  if (!description.empty()) about.about = description.front();
  if (description.size() > 1)
    about.more = fmt::format("{}", fmt::join(description.begin() + 1, description.end(), "\n"));
  about.examples = Lines(command.get_footer());
  for (const CLI::Option* option : command.get_options({})) {
    if (option->get_group().empty()) continue;
    (option->get_positional() ? about.arguments : about.options).push_back(DescribeOption(*option));
  }
  std::stable_sort(
      about.options.begin(), about.options.end(),
      [](const OptionAbout& a, const OptionAbout& b) { return GroupOrder(a.group) < GroupOrder(b.group); });
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    if (!sub->get_group().empty())
      about.commands.push_back(DescribeCommand(*sub, path + " " + sub->get_name()));
  }
  return about;
}

std::string ValueText(const OptionAbout& option) {
  return option.repeated ? option.value + "..." : option.value;
}

}  // namespace lengthwise
