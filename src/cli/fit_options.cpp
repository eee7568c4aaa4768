#include "cli/fit_options.h"

#include <fmt/format.h>

#include <optional>

#include <CLI/CLI.hpp>

#include "lengthwise/recipe.h"
#include "usage/checks.h"
#include "usage/progress_line.h"

namespace lengthwise {
namespace {

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

}  // namespace

void AddFitOptions(CLI::App& command, FitCommandOptions& options) {
  command
      .add_option(
          "--postprocess", options.post_process,
          "center, whiten:EPSILON, whiten:EPSILON:within=SHARE (windows about their document's mean) or "
          "abtt:DIRECTIONS (all but the top), fitted on --input")
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
  command.add_flag(
      "--each-window", options.each_window,
      "Where --long-input makes windows: post-process the vector of each, before they are mixed");
  command.add_option("--seed", options.seed, "Of the sentences that stand for queries")
      ->capture_default_str()
      ->type_name("N")
      ->check(WholeNumber());
}

FitResult FitAs(const ModelOptions& model, const Repair& repair, const FitCommandOptions& options,
                bool quiet) {
  const QuerySource source = SourceOf(options);
  Repair plain = repair;
  plain.post_process = {};
  plain.origin = {};
  const Model loaded = LoadModel(model);
  const std::size_t longest = model.max_length > 0 ? model.max_length : loaded.limits().in_force;
  FitOptions fit;
  if (options.one_pass) {
    fit = OnePassFit(longest);
  } else if (options.recipe) {
    fit = RecipeFit();
    plain.long_input = RecipeLongInput(longest);
    if (plain.long_input.window < kRecipeWindow) {
      PrintWarnings({fmt::format("windows of {} tokens instead of {}: the model reads no more",
                                 plain.long_input.window, kRecipeWindow)});
    }
  } else {
    fit.spec = ParsePostProcessSpec(options.post_process);
    fit.each_window = options.each_window;
  }
  fit.query_source = source;
  fit.seed = options.seed;
  const Embedder embedder = EmbedderOf(loaded, model, plain);
  PrintWarnings(embedder.warnings());
  AsUsage([&] { CheckFitOptions(embedder, fit); });
  std::optional<InputOptions> queries;
  if (!options.queries.empty()) queries = QueryInput(options.input, options.queries);
  ProgressLine progress("fit", quiet);
  FitResult result = FitRepair(embedder, options.input, queries, fit,
                               [&](std::size_t done, std::size_t total) { progress.Update(done, total); });
  PrintFindings(result.documents);
  PrintQueryFindings(result.queries);
  PrintWarnings(result.token_warnings);
  PrintWarnings(result.warnings);
  return result;
}

}  // namespace lengthwise
