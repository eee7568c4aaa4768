// lengthwise attention: the exact spectrum and the shape of every head's attention.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "attention/attention_report.h"
#include "attention/attention_summary.h"
#include "base/file.h"
#include "base/json.h"
#include "base/progress_line.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/input_options.h"
#include "cli/model_options.h"
#include "cli/places.h"
#include "text/documents.h"
#include "usage/checks.h"

namespace lengthwise {
namespace {

struct AttentionCommand {
  ModelOptions model;
  InputOptions input;
  std::string output;
  std::size_t max_texts = 0;
  AttentionOptions report;
  bool json = false;
  bool quiet = false;
};

void PrintSummary(const AttentionCommand& command, const AttentionTotals& totals,
                  const AttentionSummary& summary, const InputFindings& findings) {
  Say("{} texts, {} sequences, {} heads -> {}\n", totals.texts, totals.sequences, summary.records(),
      command.output);
  if (totals.cut > 0) {
    Say("{} texts were longer and were cut; --max-length says where\n", totals.cut);
  }
  if (totals.too_short > 0) {
    Say("{} texts are shorter than the longest length, and have no line there\n", totals.too_short);
  }
  if (summary.not_converged() > 0) {
    Say("{} heads missed the tolerance; their sigma is a lower bound\n", summary.not_converged());
  }
  Say("{}\n", summary.Table());
  if (!command.json) return;
  OrderedJson json = {
      {"output", command.output},
      {"texts", totals.texts},
      {"sequences", totals.sequences},
      {"cut", totals.cut},
      {"too_short", totals.too_short},
      {"tolerance", command.report.tolerance},
      {"local_window", command.report.local_window},
  };
  json.update(summary.ToJson());
  json["warnings"] = WarningCounts(findings);
  fmt::print("{}\n", json.dump());
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
  const Session embedder = OpenEmbedder(command.model, repair);
  PrintWarnings(embedder.checkpoint());
  AsUsage([&] { CheckAttentionOptions(command.report, embedder); });
  // Opened before the work, so that a place that cannot be written to costs no time.
  AtomicFile output(command.output);
  InputFindings findings;
  std::vector<Document> documents = ReadDocuments(command.input, &findings);
  PrintFindings(findings);
  if (command.max_texts > 0) documents.resize(std::min(documents.size(), command.max_texts));

  AttentionSummary summary(embedder.spec().layers, embedder.spec().heads, !command.report.lengths.empty());
  std::optional<ProgressLine> progress(std::in_place, "attention (heads)", command.quiet);
  const AttentionTotals totals = MeasureAttention(
      embedder, documents, command.report,
      [&](const HeadRecord& record) {
        output.Write(HeadLine(record, command.report.local_window).dump() + "\n");
        summary.Add(record);
      },
      [&](std::size_t done, std::size_t total) { progress->Update(done, total); });
  progress.reset();
  output.Commit();
  PrintUnknownTokens(embedder, findings);
  PrintSummary(command, totals, summary, findings);
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
  sub->add_option("--lengths", command->report.lengths,
                  "Cut each text to these many tokens, ascending, up to the model's positions (default: each "
                  "text once, to --max-length)")
      ->type_name("N,...")
      ->delimiter(',')
      ->check(WholeNumber(1));
  sub->add_option("--max-texts", command->max_texts, "Texts taken from the start of the input (default: all)")
      ->type_name("N")
      ->check(WholeNumber(1));
  sub->add_option("--tolerance", command->report.tolerance, "Of the singular values, relative")
      ->capture_default_str()
      ->type_name("T")
      ->check(Number(kLeastSpectrumTolerance, 0.1));
  sub->add_option("--local-window", command->report.local_window, "Tokens to either side that count as local")
      ->capture_default_str()
      ->type_name("W")
      ->check(WholeNumber(0, 1000000));
  sub->add_flag("--json", command->json, "Print a summary as JSON on standard output");
  sub->add_flag("--quiet", command->quiet, "No progress");
  sub->callback([command] { RunAttention(*command); });
}

}  // namespace lengthwise
