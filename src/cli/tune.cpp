// lengthwise tune: the repair that an owner's own documents and queries are for, as a repair file.
#include "lengthwise/tune.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/cache_options.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/input_options.h"
#include "cli/model_options.h"
#include "cli/resampling_options.h"
#include "cli/tune_input.h"
#include "lengthwise/atomic_file.h"
#include "lengthwise/evaluate.h"
#include "lengthwise/report.h"
#include "usage/checks.h"
#include "usage/places.h"
#include "usage/progress_line.h"

namespace lengthwise {
namespace {

struct TuneCommand {
  ModelOptions model;
  CacheOptions cache;
  TuneInput input;
  TuneOptions tune;
  std::string output;
  std::string report;
  std::string one_pass;
  bool json = false;
  bool quiet = false;
};

void CheckTunePlaces(const TuneCommand& command) {
  CommandPlaces places = PlacesOf(command.model);
  AddPlaces(command.input, places);
  for (const std::string& file : CacheFiles(command.cache)) places.inputs.push_back({"cache", file});
  places.outputs = {
      {"--output", command.output}, {"--report", command.report}, {"--one-pass", command.one_pass}};
  places.prints = command.json;
  CheckPlaces(places);
}

void PrintTuning(const TuneCommand& command, const std::string& document) {
  const Description description = Describe(document);
  for (const std::string& note : description.notes) Say("note: {}\n", note);
  Say("\nnDCG@10, its difference from the model as it is in points (hundredths), and what it costs:\n");
  for (const std::string& finding : description.findings) Say("{}\n", finding);
  Say("\n{}\n", description.answer);
  Say("What to do: {}\n", description.advice);
  Say("The repair: {}\n", command.output);
  if (!command.report.empty()) Say("The numbers: {}\n", command.report);
  if (command.json) fmt::print("{}\n", description.summary);
}

void RunTune(const TuneCommand& command) {
  CheckTunePlaces(command);
  CheckNoRepairOfTexts(command.model, "tune");
  AtomicFile output(command.output);
  std::optional<AtomicFile> report;
  if (!command.report.empty()) report.emplace(command.report);
  std::optional<AtomicFile> one_pass;
  if (!command.one_pass.empty()) one_pass.emplace(command.one_pass);
  const RetrievalTask task = ReadTuneInput(command.input);
  const Embedder embedder = EmbedderOf(LoadModel(command.model), command.model, RepairOf(command.model));
  PrintWarnings(embedder.warnings());
  const std::unique_ptr<VectorCache> cache = OpenCache(command.cache);
  TuneOptions options = command.tune;
  options.cache = cache.get();
  options.one_pass = one_pass.has_value();
  std::optional<ProgressLine> progress(std::in_place, "tune (texts)", command.quiet);
  const TuneResult result = Tune(task, embedder, options,
                                 [&](std::size_t done, std::size_t total) { progress->Update(done, total); });
  progress.reset();
  PrintWarnings(TokenWarnings(embedder));
  const std::string document = TuneDocument(result, embedder, options);
  output.Write(FormatRepair(result.repair));
  if (report) report->Write(document);
  if (result.one_pass) one_pass->Write(FormatRepair(result.one_pass->repair));
  CommitTogether({report ? &*report : nullptr, result.one_pass ? &*one_pass : nullptr, &output});
  if (cache != nullptr) Say("{}\n", DescribeUse(*cache));
  PrintTuning(command, document);
  if (!one_pass) return;
  if (!result.one_pass) {
    Say("No checkpoint: documents begin all alike, as far as one pass reads, so there is nothing to "
        "whiten.\n");
    return;
  }
  Say("The checkpoint: lengthwise export --model {} --repair {} --max-length {} --output DIR\n",
      command.model.model, command.one_pass, result.candidates[result.one_pass->candidate].max_length);
}

}  // namespace

void AddTuneCommand(CLI::App& app, std::vector<std::string> arguments) {
  const auto command = std::make_shared<TuneCommand>();
  command->tune.command = std::move(arguments);
  CLI::App* const sub = app.add_subcommand(
      "tune",
      "Choose a repair by your own documents and queries, which nobody needs to have judged\n"
      "Says whether a repair is worth it, which, what it gains and costs, and writes it as a repair file.");
  sub->footer(
      "lengthwise tune --model all-MiniLM-L6-v2 --input texts.jsonl --queries queries.txt --output "
      "lengthwise.json");
  AddModelOptions(*sub, command->model);
  AddCacheOptions(*sub, command->cache);
  AddTuneInput(*sub, command->input);
  AddTuneOptions(*sub, command->tune);
  AddResamplingOptions(*sub, "Of bootstrap and of the half of judged queries that chooses",
                       "Bootstrap resamples", command->tune.resampling);
  sub->add_option("--output", command->output, "The repair, lengthwise.json")->required()->type_name("FILE");
  sub->add_option(
         "--one-pass", command->one_pass,
         "A second repair, which export folds into a checkpoint for any server: read in one pass, how "
         "far and with which positions tried too, which takes several times as long")
      ->type_name("FILE");
  sub->add_option("--report", command->report, "What was found, JSON as docs/tune.schema.json says")
      ->type_name("FILE");
  sub->add_flag("--json", command->json, "Print a summary as JSON on standard output");
  sub->add_flag("--quiet", command->quiet, "No progress");
  sub->callback([command] { RunTune(*command); });
}

}  // namespace lengthwise
