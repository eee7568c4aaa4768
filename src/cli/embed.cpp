// lengthwise embed: texts to vectors.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/input_options.h"
#include "cli/model_options.h"
#include "cli/resume.h"
#include "lengthwise/vectors.h"
#include "usage/checks.h"
#include "usage/json_line.h"
#include "usage/places.h"
#include "usage/progress_line.h"

namespace lengthwise {
namespace {

struct EmbedCommand {
  ModelOptions model;
  InputOptions input;
  std::string output;
  std::string role;
  bool json = false;
  bool quiet = false;
};

Role RoleOf(const EmbedCommand& command) {
  return command.role.empty() ? Role::kDocument : ParseRole(command.role);
}

void PrintSummary(const EmbedCommand& command, const Embedder& embedder, const EmbedSummary& summary) {
  const LengthLimits limits = embedder.limits();
  Say("{} texts, {} tokens -> {} [{} x {}]; length in force {} (sentence-transformers limit {}, "
      "positions {})\n",
      summary.texts, summary.tokens, command.output, summary.rows, embedder.dimension(), limits.in_force,
      limits.sentence_transformers > 0 ? fmt::to_string(limits.sentence_transformers) : "not given",
      limits.positions);
  if (summary.cut_texts > 0) {
    Say("warning: {} of {} texts are longer than {} tokens: their last {} tokens were dropped "
        "(--max-length up to {}, or --long-input window-mean, keeps more)\n",
        summary.cut_texts, summary.texts, limits.in_force, summary.dropped_tokens, limits.positions);
  }
  const LongInput& policy = embedder.options().long_input;
  if (HasWindows(policy.kind) && summary.split_texts == 0 && summary.texts > 0 &&
      RoleOf(command) == Role::kDocument) {
    Say("note: no text is longer than a window of {} tokens, so that the long-input policy {} has nothing to "
        "do\n",
        policy.window > 0 ? policy.window : limits.in_force, LongInputKindName(policy.kind));
  }
  if (embedder.NeedsRole() && command.role.empty()) {
    Say("note: documents and queries are embedded differently; these were taken for documents (--role "
        "query for queries)\n");
  }
  if (const std::string& prompt = embedder.prompt(RoleOf(command)); !prompt.empty())
    Say("note: before every text stands the model's prompt, \"{}\" (--prompt '' leaves it out)\n", prompt);
  if (!command.json) return;
  std::vector<InputWarning> warnings = summary.findings.warnings;
  warnings.insert(warnings.end(), summary.token_warnings.begin(), summary.token_warnings.end());
  fmt::print("{}\n", JsonLine()
                         .Add("output", command.output)
                         .Add("texts", summary.texts)
                         .Add("rows", summary.rows)
                         .Add("dimension", embedder.dimension())
                         .Add("tokens", summary.tokens)
                         .Add("cut_texts", summary.cut_texts)
                         .Add("dropped_tokens", summary.dropped_tokens)
                         .Add("max_length", limits.in_force)
                         .Add("sentence_transformers_max_length", limits.sentence_transformers)
                         .Add("positions", limits.positions)
                         .Add("role", RoleName(RoleOf(command)))
                         .Add("prompt", embedder.prompt(RoleOf(command)))
                         .Add("warnings", CountedWarnings(warnings))
                         .text());
}

CommandPlaces PlacesOfEmbed(const EmbedCommand& command) {
  CommandPlaces places = PlacesOf(command.model);
  places.inputs.push_back({"--input", command.input.path});
  places.outputs = {{"--output", command.output}};
  if (VectorFormatOf(command.output) == VectorFormat::kNpy)
    places.outputs.push_back({"file of token counts", TokenFileOf(command.output).string()});
  places.prints = command.json;
  return places;
}

void RunEmbed(const EmbedCommand& command) {
  CheckPlaces(PlacesOfEmbed(command));
  const Embedder embedder = EmbedderOf(LoadModel(command.model), command.model, RepairOf(command.model));
  PrintWarnings(embedder.warnings());
  std::optional<ProgressLine> progress(std::in_place, "embed", command.quiet);
  std::optional<std::size_t> found;
  const EmbedSummary summary = EmbedDocuments(embedder, command.input, command.output,
                                              {.role = RoleOf(command), .on_findings = PrintFindings},
                                              [&](std::size_t done, std::size_t total) {
                                                if (!found) found = done;
                                                progress->Update(done, total, *found);
                                              });
  progress.reset();
  if (summary.found > 0) SayResumed(summary.found, "texts");
  PrintWarnings(summary.token_warnings);
  PrintSummary(command, embedder, summary);
}

}  // namespace

void AddEmbedCommand(CLI::App& app) {
  const auto command = std::make_shared<EmbedCommand>();
  CLI::App* const sub = app.add_subcommand(
      "embed",
      "Embed texts: one vector each, or several, in input order\n"
      "Writes float32 rows, and beside them how many tokens of each text were used and dropped.");
  sub->footer("lengthwise embed --model all-MiniLM-L6-v2 --input texts.jsonl --output vectors.npy");
  AddModelOptions(*sub, command->model, VectorsOfText::kSeveral);
  AddInputOptions(*sub, command->input)->required();
  sub->add_option("--output", command->output,
                  "Vectors: F.npy (and the rows' token counts in F.tokens.jsonl) or F.jsonl")
      ->required()
      ->type_name("FILE")
      ->check(TakenBy([](const std::string& path) { VectorFormatOf(path); }));
  sub->add_option(
         "--role", command->role,
         "What the texts are, where the repair or the model treats them differently (default: document)")
      ->type_name("ROLE")
      ->check(OneOf({"document", "query"}));
  sub->add_flag("--json", command->json, "Print a summary as JSON on standard output");
  sub->add_flag("--quiet", command->quiet, "No progress");
  sub->callback([command] { RunEmbed(*command); });
}

}  // namespace lengthwise
