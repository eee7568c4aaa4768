// lengthwise embed: texts to vectors.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/json.h"
#include "base/progress_line.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/input_options.h"
#include "cli/model_options.h"
#include "cli/places.h"
#include "cli/resume.h"
#include "embedding/resume_file.h"
#include "embedding/vector_file.h"
#include "text/documents.h"
#include "usage/checks.h"

namespace lengthwise {
namespace {

// Documents embedded between two writes.
constexpr std::size_t kMostDocuments = 4096;

struct EmbedCommand {
  ModelOptions model;
  InputOptions input;
  std::string output;
  std::string role;
  bool json = false;
  bool quiet = false;
};

struct Totals {
  std::size_t texts = 0;
  std::size_t tokens = 0;
  std::size_t cut_texts = 0;
  std::size_t dropped_tokens = 0;
};

void Count(const Embeddings& rows, Totals& totals) {
  for (const TokenUse& use : rows.tokens) {
    ++totals.texts;
    totals.tokens += use.used;
    totals.dropped_tokens += use.dropped;
    totals.cut_texts += use.dropped > 0 ? 1 : 0;
  }
}

Role RoleOf(const EmbedCommand& command) {
  return command.role.empty() ? Role::kDocument : ParseRole(command.role);
}

void PrintSummary(const EmbedCommand& command, const Session& embedder, const Totals& totals,
                  const InputFindings& findings) {
  const LengthLimits limits = embedder.limits();
  Say("{} texts, {} tokens -> {} [{} x {}]; length in force {} (sentence-transformers limit {}, "
      "positions {})\n",
      totals.texts, totals.tokens, command.output, totals.texts, embedder.spec().hidden, limits.in_force,
      limits.sentence_transformers > 0 ? fmt::to_string(limits.sentence_transformers) : "not given",
      limits.positions);
  if (totals.cut_texts > 0) {
    Say("warning: {} of {} texts are longer than {} tokens: their last {} tokens were dropped "
        "(--max-length up to {}, or --long-input window-mean, keeps more)\n",
        totals.cut_texts, totals.texts, limits.in_force, totals.dropped_tokens, limits.positions);
  }
  if (embedder.NeedsRole() && command.role.empty()) {
    Say("note: documents and queries are embedded differently; these were taken for documents (--role "
        "query for queries)\n");
  }
  if (!command.json) return;
  const OrderedJson summary = {
      {"output", command.output},
      {"texts", totals.texts},
      {"dimension", embedder.spec().hidden},
      {"tokens", totals.tokens},
      {"cut_texts", totals.cut_texts},
      {"dropped_tokens", totals.dropped_tokens},
      {"max_length", limits.in_force},
      {"sentence_transformers_max_length", limits.sentence_transformers},
      {"positions", limits.positions},
      {"role", RoleName(RoleOf(command))},
      {"warnings", WarningCounts(findings)},
  };
  fmt::print("{}\n", summary.dump());
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

std::size_t WorkOf(const std::string& text, const Session& embedder) {
  if (HasWindows(embedder.options().long_input.kind)) return text.size() + ResumeFile::kBytesPerToken;
  return std::min(text.size(), ResumeFile::kBytesPerToken * embedder.limits().in_force) +
         ResumeFile::kBytesPerToken;
}

void RunEmbed(const EmbedCommand& command) {
  CheckPlaces(PlacesOfEmbed(command));
  const Session embedder = OpenEmbedder(command.model, RepairOf(command.model));
  PrintWarnings(embedder.checkpoint());
  VectorWriter writer(command.output, embedder.spec().hidden);
  InputFindings findings;
  const std::vector<Document> documents = ReadDocuments(command.input, &findings);
  PrintFindings(findings);
  const std::unique_ptr<ResumeFile> resume = OpenResumeFile(command.output, embedder, RoleOf(command));
  ProgressLine progress("embed", command.quiet);
  Totals totals;
  const auto write = [&](const Embeddings& rows) {
    std::vector<std::string> ids(rows.rows());
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = documents[totals.texts + i].id;
    writer.Append(ids, rows);
    Count(rows, totals);
  };
  const auto text_at = [&](std::size_t i) { return EmbeddedText(documents[totals.texts + i]); };
  while (resume != nullptr && totals.texts < documents.size()) {
    const std::optional<Embeddings> rows = resume->Next(documents.size() - totals.texts, text_at);
    if (!rows) break;
    write(*rows);
  }
  const std::size_t found = totals.texts;
  while (totals.texts < documents.size()) {
    const std::size_t first = totals.texts;
    const std::size_t most = std::min(kMostDocuments, documents.size() - first);
    std::vector<std::string> texts;
    std::size_t bytes = 0;
    while (texts.size() < most && (resume == nullptr || bytes < resume->work())) {
      texts.push_back(text_at(texts.size()));
      bytes += WorkOf(texts.back(), embedder);
    }
    const auto update = [&](std::size_t done, std::size_t) {
      progress.Update(first + done, documents.size(), found);
    };
    const Embeddings rows = embedder.Embed(texts, update, first, RoleOf(command));
    write(rows);
    if (resume != nullptr) resume->Add(texts, rows, bytes);
  }
  writer.Commit();
  if (resume != nullptr) resume->Remove();
  if (found > 0) SayResumed(found, "texts");
  PrintUnknownTokens(embedder, findings);
  PrintSummary(command, embedder, totals, findings);
}

}  // namespace

void AddEmbedCommand(CLI::App& app) {
  const auto command = std::make_shared<EmbedCommand>();
  CLI::App* const sub = app.add_subcommand(
      "embed",
      "Embed texts: one vector each, in input order\n"
      "Writes float32 rows, and beside them how many tokens of each text were used and dropped.");
  sub->footer("lengthwise embed --model all-MiniLM-L6-v2 --input texts.jsonl --output vectors.npy");
  AddModelOptions(*sub, command->model);
  AddInputOptions(*sub, command->input)->required();
  sub->add_option("--output", command->output,
                  "Vectors: F.npy (and token counts in F.tokens.jsonl) or F.jsonl")
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
