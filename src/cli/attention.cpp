// lengthwise attention: the exact spectrum and the shape of every head's attention.
#include "lengthwise/attention.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/input_options.h"
#include "cli/model_options.h"
#include "lengthwise/atomic_file.h"
#include "usage/checks.h"
#include "usage/json_line.h"
#include "usage/places.h"
#include "usage/progress_line.h"

namespace lengthwise {
namespace {

struct AttentionCommand {
  ModelOptions model;
  InputOptions input;
  std::string output;
  std::size_t max_texts = 0;
  AttentionOptions attention;
  bool json = false;
  bool quiet = false;
};

void PrintSummary(const AttentionCommand& command, const AttentionResult& result,
                  const std::vector<InputWarning>& warnings) {
  Say("{} texts, {} sequences, {} heads -> {}\n", result.texts, result.sequences, result.heads,
      command.output);
  if (result.cut > 0) {
    Say("{} texts were longer and were cut; --max-length says where\n", result.cut);
  }
  if (result.too_short > 0) {
    Say("{} texts are shorter than the longest length, and have no line there\n", result.too_short);
  }
  if (result.not_converged > 0) {
    Say("{} heads missed the tolerance; their sigma is a lower bound\n", result.not_converged);
  }
  Say("{}\n", result.table);
  if (!command.json) return;
  JsonLine summary;
  summary.Add("output", command.output)
      .Add("texts", result.texts)
      .Add("sequences", result.sequences)
      .Add("cut", result.cut)
      .Add("too_short", result.too_short)
      .Add("tolerance", command.attention.tolerance)
      .Add("local_window", command.attention.local_window)
      .AddMembers(result.document)
      .Add("warnings", CountedWarnings(warnings));
  fmt::print("{}\n", summary.text());
}

void RunAttention(const AttentionCommand& command) {
  CommandPlaces places = PlacesOf(command.model);
  places.inputs.push_back({"--input", command.input.path});
  places.outputs = {{"--output", command.output}};
  places.prints = command.json;
  CheckPlaces(places);
  Repair repair = RepairOf(command.model);
  if (!repair.post_process.IsIdentity()) {
    Say("note: the repair's post-processing ({}) changes vectors, not attention\n",
        FormatPostProcessSpec(repair.post_process.spec));
    repair.post_process = {};
  }
  const Model model = LoadModel(command.model);
  const Embedder embedder = EmbedderOf(model, command.model, repair);
  PrintWarnings(model.warnings());
  AsUsage([&] { CheckAttentionOptions(command.attention, embedder); });
  // Opened before the work, so that a place that cannot be written to costs no time.
  AtomicFile output(command.output);
  InputFindings findings;
  std::vector<Document> documents = ReadDocuments(command.input, &findings);
  PrintFindings(findings);
  if (command.max_texts > 0) documents.resize(std::min(documents.size(), command.max_texts));

  std::optional<ProgressLine> progress(std::in_place, "attention (heads)", command.quiet);
  const AttentionResult result = MeasureAttention(
      embedder, documents, command.attention, [&](std::string_view line) { output.Write(line); },
      [&](std::size_t done, std::size_t total) { progress->Update(done, total); });
  progress.reset();
  output.Commit();
  PrintWarnings(result.token_warnings);
  findings.warnings.insert(findings.warnings.end(), result.token_warnings.begin(),
                           result.token_warnings.end());
  PrintSummary(command, result, findings.warnings);
}

}  // namespace

void AddAttentionCommand(CLI::App& app) {
  const auto command = std::make_shared<AttentionCommand>();
  CLI::App* const sub = app.add_subcommand(
      "attention",
      "Measure the spectrum and the shape of every head's attention\n"
      "A line for each text, layer and head: exact singular values, beside what theory says they are.");
  sub->footer(
      "lengthwise attention --model all-MiniLM-L6-v2 --input texts.jsonl --max-texts 5 --output heads.jsonl");
  AddModelOptions(*sub, command->model);
  AddInputOptions(*sub, command->input)->required();
  sub->add_option("--output", command->output, "heads.jsonl: one line for each text, length, layer and head")
      ->required()
      ->type_name("FILE");
  sub->add_option("--lengths", command->attention.lengths,
                  "Cut each text to these many tokens, ascending, up to the model's positions (default: each "
                  "text once, to --max-length)")
      ->type_name("N,...")
      ->delimiter(',')
      ->check(WholeNumber(1));
  sub->add_option("--max-texts", command->max_texts, "Texts taken from the start of the input (default: all)")
      ->type_name("N")
      ->check(WholeNumber(1));
  sub->add_option("--tolerance", command->attention.tolerance, "Of the singular values, relative")
      ->capture_default_str()
      ->type_name("T")
      ->check(Number(kLeastSpectrumTolerance, 0.1));
  sub->add_option("--local-window", command->attention.local_window,
                  "Tokens to either side that count as local")
      ->capture_default_str()
      ->type_name("W")
      ->check(WholeNumber(0, 1000000));
  sub->add_flag("--json", command->json, "Print a summary as JSON on standard output");
  sub->add_flag("--quiet", command->quiet, "No progress");
  sub->callback([command] { RunAttention(*command); });
}

}  // namespace lengthwise
