#include "cli/fit_options.h"

#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/progress_line.h"
#include "cli/console.h"
#include "text/documents.h"
#include "usage/checks.h"

namespace lengthwise {
namespace {

// Documents embedded at once.
constexpr std::size_t kChunk = 512;

// Below this the mean of queries is uncertain by more than a tenth of a query's own spread.
constexpr std::size_t kFewQueries = 100;

InputFindings InChunks(const InputOptions& input, const std::function<void(std::span<const Document>)>& add) {
  std::vector<Document> chunk;
  const auto flush = [&] {
    if (!chunk.empty()) add(chunk);
    chunk.clear();
  };
  InputFindings findings = ForEachDocument(input, [&](Document&& document) {
    chunk.push_back(std::move(document));
    if (chunk.size() == kChunk) flush();
  });
  flush();
  return findings;
}

QuerySource SourceOf(const FitCommandOptions& options) {
  if (options.queries.empty()) {
    return options.query_mean.empty() ? QuerySource::kPseudo : ParseQuerySource(options.query_mean);
  }
  if (!options.query_mean.empty()) {
    FailUsage("--query-mean {} and --queries {} contradict each other; give one", options.query_mean,
              options.queries);
  }
  return QuerySource::kQueries;
}

void PrintWarnings(const Repair& repair) {
  const PostProcess& post = repair.post_process;
  if (post.spec.kind == PostProcessKind::kWhiten && repair.origin.documents <= post.dimension) {
    Say("warning: {} documents do not vary in all of {} dimensions; those in which they do not are "
        "scaled up most: fit on more documents, or take a larger epsilon\n",
        repair.origin.documents, post.dimension);
  }
  if (repair.origin.query_source != QuerySource::kDocuments && repair.origin.queries < kFewQueries) {
    Say("warning: the mean of queries rests on {} of them; give {} or more\n", repair.origin.queries,
        kFewQueries);
  }
}

}  // namespace

void AddFitOptions(CLI::App& command, FitCommandOptions& options) {
  command
      .add_option("--postprocess", options.post_process,
                  "center, whiten:EPSILON or abtt:DIRECTIONS (all but the top), fitted on --input")
      ->type_name("P")
      ->check(TakenBy([](const std::string& spec) { ParsePostProcessSpec(spec); }));
  AddInputOptions(command, options.input, "--input", "Documents to fit on, without labels");
  command
      .add_option("--queries", options.queries,
                  "Sample of queries for a mean of their own, read as --input is, with the same fields")
      ->type_name("FILE");
  command
      .add_option(
          "--query-mean", options.query_mean,
          "Where there are no --queries: the mean of titles and sentences of the documents (pseudo, the "
          "default), or of the documents themselves (documents)")
      ->type_name("FROM")
      ->check(OneOf({"pseudo", "documents"}));
  command.add_flag("--each-window", options.each_window,
                   "With --long-input window-mean: post-process the vector of each window, before the mean");
  command.add_option("--seed", options.seed, "Of the sentences that stand for queries")
      ->capture_default_str()
      ->type_name("N")
      ->check(WholeNumber());
}

Repair FitRepair(const ModelOptions& model, const Repair& repair, const FitCommandOptions& options,
                 bool quiet, InputFindings& findings) {
  FitOptions fit;
  fit.spec = ParsePostProcessSpec(options.post_process);
  fit.query_source = SourceOf(options);
  fit.each_window = options.each_window;
  fit.seed = options.seed;
  Repair plain = repair;
  plain.post_process = {};
  plain.origin = {};
  const Session embedder = OpenEmbedder(model, plain);
  PrintWarnings(embedder.checkpoint());
  PostProcessFitter fitter = AsUsage([&] { return PostProcessFitter(embedder, fit); });
  ProgressLine progress("fit", quiet);
  // How many documents there are is not known before they are read.
  const auto update = [&] { progress.Update(fitter.documents() + fitter.queries(), 0); };
  findings = InChunks(options.input, [&](std::span<const Document> documents) {
    fitter.AddDocuments(documents);
    update();
  });
  InputFindings query_findings;
  if (!options.queries.empty()) {
    InputOptions queries = options.input;
    queries.path = options.queries;
    query_findings = InChunks(queries, [&](std::span<const Document> texts) {
      fitter.AddQueries(texts);
      update();
    });
  }
  const Repair fitted = fitter.Fit();
  PrintFindings(findings);
  for (InputWarning& warning : query_findings.warnings) warning.message += ", among the queries";
  PrintFindings(query_findings);
  PrintUnknownTokens(embedder, findings);
  PrintWarnings(fitted);
  return fitted;
}

}  // namespace lengthwise
