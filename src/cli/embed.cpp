// lengthwise embed: texts to vectors.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/json.h"
#include "base/progress.h"
#include "cli/commands.h"
#include "cli/input_options.h"
#include "cli/model_options.h"
#include "embedding/vector_file.h"
#include "text/documents.h"

namespace lengthwise {
namespace {

// Documents embedded between two writes.
constexpr std::size_t kChunk = 4096;

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

void PrintSummary(const EmbedCommand& command, const EmbedderImpl& embedder, const Totals& totals,
                  const InputFindings& findings) {
  const LengthLimits limits = embedder.limits();
  fmt::print(stderr,
             "{} texts, {} tokens -> {} [{} x {}]; length in force {} (sentence-transformers limit {}, "
             "positions {})\n",
             totals.texts, totals.tokens, command.output, totals.texts, embedder.spec().hidden,
             limits.in_force,
             limits.sentence_transformers > 0 ? fmt::to_string(limits.sentence_transformers) : "not given",
             limits.positions);
  if (totals.cut_texts > 0) {
    fmt::print(stderr,
               "warning: {} of {} texts are longer than {} tokens: their last {} tokens were dropped "
               "(--max-length up to {}, or --long-input window-mean, keeps more)\n",
               totals.cut_texts, totals.texts, limits.in_force, totals.dropped_tokens, limits.positions);
  }
  if (embedder.NeedsRole() && command.role.empty()) {
    fmt::print(stderr,
               "note: documents and queries are embedded differently; these were taken for documents (--role "
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

void RunEmbed(const EmbedCommand& command) {
  const EmbedderImpl embedder = OpenEmbedder(command.model, RepairOf(command.model));
  VectorWriter writer(command.output, embedder.spec().hidden);
  InputFindings findings;
  const std::vector<Document> documents = ReadDocuments(command.input, &findings);
  PrintFindings(findings);
  Progress progress("embed", command.quiet);
  Totals totals;
  for (std::size_t first = 0; first < documents.size(); first += kChunk) {
    const std::size_t count = std::min(kChunk, documents.size() - first);
    std::vector<std::string> ids(count);
    std::vector<std::string> texts(count);
    for (std::size_t i = 0; i < count; ++i) {
      ids[i] = documents[first + i].id;
      texts[i] = EmbeddedText(documents[first + i]);
    }
    const auto update = [&](std::size_t done, std::size_t) {
      progress.Update(first + done, documents.size());
    };
    const Embeddings rows = embedder.Embed(texts, update, first, RoleOf(command));
    writer.Append(ids, rows);
    Count(rows, totals);
  }
  writer.Commit();
  PrintUnknownTokens(embedder, findings);
  PrintSummary(command, embedder, totals, findings);
}

}  // namespace

void AddEmbedCommand(CLI::App& app) {
  const auto command = std::make_shared<EmbedCommand>();
  CLI::App* const sub = app.add_subcommand("embed", "Embed texts: one vector each, in input order");
  AddModelOptions(*sub, command->model);
  AddInputOptions(*sub, command->input)->required();
  sub->add_option("--output", command->output,
                  "Vectors: F.npy (and token counts in F.tokens.jsonl) or F.jsonl")
      ->required()
      ->type_name("FILE");
  sub->add_option("--role", command->role,
                  "What the texts are, document (the default) or query, where the repair or the model treats "
                  "them differently")
      ->type_name("ROLE")
      ->check(CLI::IsMember({"document", "query"}));
  sub->add_flag("--json", command->json, "Print a summary as JSON on standard output");
  sub->add_flag("--quiet", command->quiet, "No progress");
  sub->callback([command] { RunEmbed(*command); });
}

}  // namespace lengthwise
