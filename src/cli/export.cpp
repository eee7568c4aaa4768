// lengthwise export: a repaired model as a standard sentence-transformers folder.
#include "repair/export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/fit_options.h"
#include "cli/model_options.h"
#include "cli/places.h"
#include "encoder/model_spec.h"
#include "usage/checks.h"

namespace lengthwise {
namespace {

struct ExportCommand {
  ModelOptions model;
  FitCommandOptions fit;
  std::string output;
  std::string role;
  bool json = false;
  bool quiet = false;
};

void PrintSummary(const ExportCommand& command, const ExportSummary& summary) {
  Say("{} -> {}\n", fmt::join(summary.folded, "; "), command.output);
  if (summary.router) {
    Say("documents and queries are apart: serve with sentence-transformers 5 or later, by encode_document "
        "and encode_query, or export each side by itself with --role\n");
  }
  for (const std::string& file : summary.left_out) {
    Say("left out, since it holds the weights without the repair: {}\n", file);
  }
  if (!command.json) return;
  const OrderedJson json = {
      {"output", command.output},
      {"folded", summary.folded},
      {"left_out", summary.left_out},
      {"router", summary.router},
  };
  fmt::print("{}\n", json.dump());
}

void RunExport(const ExportCommand& command) {
  CommandPlaces places = PlacesOf(command.model);
  places.folder_outputs = {{"--output", command.output}};
  CheckPlaces(places);
  Repair repair = RepairOf(command.model);
  if (!command.fit.post_process.empty()) {
    if (command.fit.input.path.empty()) {
      FailUsage("--postprocess {} is fitted on documents: give them with --input", command.fit.post_process);
    }
    InputFindings findings;
    repair = FitRepair(command.model, repair, command.fit, command.quiet, findings);
  } else if (!command.fit.input.path.empty() || !command.fit.queries.empty() ||
             !command.fit.query_mean.empty() || command.fit.each_window) {
    FailUsage(
        "--input, --queries, --query-mean and --each-window have no effect without --postprocess; leave them "
        "out");
  }
  if (command.model.repair_file.empty() && repair.attention.IsIdentity() && repair.positions.IsIdentity() &&
      repair.post_process.IsIdentity()) {
    FailUsage(
        "nothing to fold: give --repair, a --temperature other than 1, --positions, or --postprocess with "
        "--input");
  }
  const Checkpoint checkpoint = OpenCheckpoint(command.model.model);
  // A fit has printed them.
  if (command.fit.post_process.empty()) PrintWarnings(checkpoint);
  std::optional<Role> role;
  if (!command.role.empty()) role = ParseRole(command.role);
  const auto fold = [&] {
    return ExportModel(checkpoint, MakeModelSpec(checkpoint), repair, role, command.output,
                       command.model.max_length);
  };
  // Of a repair that can be folded, these alone are refused as bad input.
  const bool usage = command.model.max_length > 0 || !command.model.positions.empty();
  PrintSummary(command, usage ? AsUsage(fold) : fold());
}

}  // namespace

void AddExportCommand(CLI::App& app) {
  const auto command = std::make_shared<ExportCommand>();
  CLI::App* const sub = app.add_subcommand(
      "export",
      "Fold a repair into a copy of the model that sentence-transformers serves unchanged\n"
      "Temperatures and positions go into the weights, post-processing into modules; the rest is refused.");
  sub->footer("lengthwise export --model all-MiniLM-L6-v2 --repair lengthwise.json --output repaired-model");
  AddModelOptions(*sub, command->model);
  AddFitOptions(*sub, command->fit);
  sub->add_option("--output", command->output, "The new model folder")->required()->type_name("DIR");
  sub->add_option("--role", command->role,
                  "For document or query alone, where they differ (default: both, by a Router)")
      ->type_name("ROLE")
      ->check(OneOf({"document", "query"}));
  sub->add_flag("--json", command->json, "Print a summary as JSON on standard output");
  sub->add_flag("--quiet", command->quiet, "No progress");
  sub->callback([command] { RunExport(*command); });
}

}  // namespace lengthwise
