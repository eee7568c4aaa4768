// lengthwise fit: a post-processing fitted to a model and documents, as a repair file.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/fit_options.h"
#include "cli/model_options.h"
#include "lengthwise/atomic_file.h"
#include "lengthwise/recipe.h"
#include "usage/checks.h"
#include "usage/json_line.h"
#include "usage/places.h"

namespace lengthwise {
namespace {

struct FitCommand {
  ModelOptions model;
  FitCommandOptions fit;
  std::string output;
  bool json = false;
  bool quiet = false;
};

void PrintSummary(const FitCommand& command, const FitResult& result) {
  const PostProcess& post = result.repair.post_process;
  const PostProcessOrigin& origin = result.repair.origin;
  Say("{} fitted on {} documents and {} queries ({}) -> {}\n", FormatPostProcessSpec(post.spec),
      origin.documents, origin.queries, QuerySourceName(origin.query_source), command.output);
  if (!command.json) return;
  std::vector<InputWarning> warnings = result.documents.warnings;
  warnings.insert(warnings.end(), result.token_warnings.begin(), result.token_warnings.end());
  fmt::print("{}\n", JsonLine()
                         .Add("output", command.output)
                         .Add("spec", FormatPostProcessSpec(post.spec))
                         .Add("dimension", post.dimension)
                         .Add("documents", origin.documents)
                         .Add("queries", origin.queries)
                         .Add("query_source", QuerySourceName(origin.query_source))
                         .Add("each_window", post.each_window)
                         .Add("warnings", CountedWarnings(warnings))
                         .text());
}

// The recipe says how long texts are read and what is fitted.
void CheckWhat(const FitCommand& command) {
  const bool other =
      !command.fit.post_process.empty() || command.fit.each_window || SayHowTextsAreRead(command.model);
  if (command.fit.recipe && other) {
    FailUsage(
        "--recipe says what is fitted and how long texts are read; leave out --postprocess, --each-window, "
        "--long-input, --window and what else is about windows, or --recipe");
  }
  if (command.fit.one_pass && !command.fit.recipe) {
    FailUsage("--one-pass says how --recipe is applied; give both");
  }
  if (command.fit.use != "search" && !command.fit.recipe)
    FailUsage("--for says what --recipe is for; give both");
  if (command.fit.use == "similarity" && command.fit.one_pass)
    FailUsage(
        "for similarity nothing is folded into a checkpoint: it is the model as it is; leave out --one-pass");
  if (!command.fit.recipe && command.fit.post_process.empty()) {
    FailUsage("nothing to fit: give --recipe (what helps everywhere), or --postprocess");
  }
}

// Nothing is fitted: SimilarityLongInput alone.
void WriteForSimilarity(const FitCommand& command) {
  const Model model = LoadModel(command.model);
  Repair repair = RepairOf(command.model);
  repair.post_process = {};
  repair.origin = {};
  repair.long_input =
      SimilarityLongInput(command.model.max_length > 0 ? command.model.max_length : model.limits().in_force);
  EmbedderOf(model, command.model, repair);
  WriteFile(command.output, FormatRepair(repair));
  Say("for similarity the mean of windows of {} tokens, and nothing fitted: whitening loses there what it "
      "gains in "
      "search -> {}\n",
      repair.long_input.window, command.output);
  if (command.json) {
    fmt::print("{}\n", JsonLine().Add("output", command.output).Add("spec", "none").text());
  }
}

void RunFit(const FitCommand& command) {
  CheckWhat(command);
  CommandPlaces places = PlacesOf(command.model);
  places.inputs.push_back({"--input", command.fit.input.path});
  places.inputs.push_back({"--queries", command.fit.queries});
  places.outputs = {{"--output", command.output}};
  places.prints = command.json;
  CheckPlaces(places);
  if (command.fit.use == "similarity") return WriteForSimilarity(command);
  // Opened before the work, so that a place that cannot be written to costs no time.
  AtomicFile output(command.output);
  const FitResult result = FitAs(command.model, RepairOf(command.model), command.fit, command.quiet);
  output.Write(FormatRepair(result.repair));
  output.Commit();
  PrintSummary(command, result);
}

}  // namespace

void AddFitCommand(CLI::App& app) {
  const auto command = std::make_shared<FitCommand>();
  CLI::App* const sub = app.add_subcommand(
      "fit",
      "Fit a repair of long texts, or a post-processing alone, to a model and documents, without labels\n"
      "Writes a repair file, which embed applies (--repair) and export folds into a copy of the model.");
  sub->footer(
      "lengthwise fit --model all-MiniLM-L6-v2 --input texts.jsonl --recipe --output lengthwise.json");
  AddModelOptions(*sub, command->model, VectorsOfText::kSeveral);
  AddFitOptions(*sub, command->fit);
  sub->add_flag(
      "--recipe", command->fit.recipe,
      "The repair that helps with every model and text tried: windows of 128 tokens, whitened within "
      "documents, the first beside the mean of all");
  sub->add_option(
         "--for", command->fit.use,
         "What the recipe is for: search, classification and clustering, or similarity (rated pairs), which "
         "whitening hurts: there the mean of windows alone")
      ->capture_default_str()
      ->type_name("USE")
      ->check(OneOf({"search", "classification", "clustering", "similarity"}));
  sub->add_flag(
      "--one-pass", command->fit.one_pass,
      "With --recipe: whitened within documents, for texts read in one pass and cut at the length in "
      "force; export folds it");
  sub->get_option("--input")->required();
  sub->add_option("--output", command->output, "The repair, lengthwise.json")->required()->type_name("FILE");
  sub->add_flag("--json", command->json, "Print a summary as JSON on standard output");
  sub->add_flag("--quiet", command->quiet, "No progress");
  sub->callback([command] { RunFit(*command); });
}

}  // namespace lengthwise
