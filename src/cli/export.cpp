// lengthwise export: a repaired model as a standard sentence-transformers folder.
#include "lengthwise/export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/fit_options.h"
#include "cli/model_options.h"
#include "usage/checks.h"
#include "usage/json_line.h"
#include "usage/places.h"

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
  fmt::print("{}\n", JsonLine()
                         .Add("output", command.output)
                         .Add("folded", summary.folded)
                         .Add("left_out", summary.left_out)
                         .Add("router", summary.router)
                         .text());
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
    repair = FitAs(command.model, repair, command.fit, command.quiet).repair;
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
  std::optional<Role> role;
  if (!command.role.empty()) role = ParseRole(command.role);
  const auto fold = [&] {
    return ExportModel(command.model.model, repair, role, command.output, command.model.max_length);
  };
  // Of a repair that can be folded, these alone are refused as bad input.
  const bool usage = command.model.max_length > 0 || !command.model.positions.empty();
  const ExportSummary summary = usage ? AsUsage(fold) : fold();
  // A fit has printed them.
  if (command.fit.post_process.empty()) PrintWarnings(summary.warnings);
  PrintSummary(command, summary);
}

}  // namespace

void AddExportCommand(CLI::App& app) {
  const auto command = std::make_shared<ExportCommand>();
  CLI::App* const sub = app.add_subcommand(
      "export",
      "Fold a repair into a copy of the model that sentence-transformers serves unchanged\n"
      "Temperatures and positions go into the weights, post-processing into modules; the rest is refused.");
  sub->footer(
      "lengthwise export --model all-MiniLM-L6-v2 --input texts.jsonl --postprocess whiten:0.3 --output "
      "repaired-model");
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
