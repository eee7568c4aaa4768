// lengthwise inspect: what a model folder holds, and what of it counts.
#include "lengthwise/inspect.h"

#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/model_options.h"
#include "lengthwise/model.h"
#include "usage/checks.h"
#include "usage/places.h"

namespace lengthwise {
namespace {

struct InspectCommand {
  std::string model;
  std::size_t threads = 0;
  bool no_speed = false;
  bool json = false;
};

void RunInspect(const InspectCommand& command) {
  CommandPlaces places;
  places.folders.push_back({"--model", command.model});
  places.prints = true;
  CheckPlaces(places);
  const Model model = Model::Load(command.model, command.threads);
  PrintWarnings(model.warnings());
  const Inspection inspection = InspectModel(model, !command.no_speed);
  if (command.json) {
    fmt::print("{}\n", inspection.document);
  } else {
    fmt::print("{}", inspection.text);
  }
}

}  // namespace

void AddInspectCommand(CLI::App& app) {
  const auto command = std::make_shared<InspectCommand>();
  CLI::App* const sub = app.add_subcommand(
      "inspect",
      "Say what a model folder holds, its limits and where they come from\n"
      "Its tokenizer, modules and prompts, its size, which repairs apply, and how fast it runs here.");
  sub->footer("lengthwise inspect --model all-MiniLM-L6-v2");
  sub->add_option("--model", command->model, "Folder of a sentence-transformers model, or a GGUF file")
      ->required()
      ->type_name("DIR");
  sub->add_option("--threads", command->threads, "Threads (default: all processors)")
      ->type_name("N")
      ->check(WholeNumber(1, 1024));
  sub->add_flag("--no-speed", command->no_speed, "Measure no speed: nothing is embedded");
  sub->add_flag("--json", command->json, "Print it as JSON instead");
  sub->callback([command] { RunInspect(*command); });
}

}  // namespace lengthwise
