// lengthwise evaluate: what the embeddings are worth in tasks, by length.
#include "lengthwise/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/cache_options.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/input_options.h"
#include "cli/model_options.h"
#include "cli/report_files.h"
#include "cli/report_summary.h"
#include "cli/resampling_options.h"
#include "lengthwise/report.h"
#include "usage/checks.h"
#include "usage/json_line.h"
#include "usage/places.h"
#include "usage/progress_line.h"

namespace lengthwise {
namespace {

struct EvaluateCommand {
  ModelOptions model;
  CacheOptions cache;
  std::vector<std::string> tasks;
  std::string output;
  std::string html;
  std::vector<std::string> sides = {"both"};
  std::vector<std::string> post_processes;
  std::vector<std::string> query_means;
  EvaluationOptions evaluation;
  bool json = false;
  bool quiet = false;
  std::vector<std::string> arguments;  // of the whole command line
};

std::vector<Side> SidesOf(const std::vector<std::string>& names) {
  std::vector<Side> sides;
  for (const Side side : {Side::kBoth, Side::kDocuments, Side::kQueries}) {
    if (std::find(names.begin(), names.end(), SideName(side)) != names.end()) sides.push_back(side);
  }
  return sides;
}

void CheckPlacesOf(const EvaluateCommand& command) {
  CommandPlaces places = PlacesOf(command.model);
  for (const std::string& task : command.tasks) places.folders.push_back({"--task", task});
  for (const std::string& file : CacheFiles(command.cache)) places.inputs.push_back({"cache", file});
  places.outputs = {{"--output", command.output}, {"--html", command.html}};
  places.prints = command.json;
  CheckPlaces(places);
}

void RunEvaluate(const EvaluateCommand& command) {
  CheckPlacesOf(command);
  const Repair repair = RepairOf(command.model);
  EvaluationOptions options = command.evaluation;
  options.command = command.arguments;
  options.sides = SidesOf(command.sides);
  for (const std::string& spec : command.post_processes)
    options.post_processes.push_back(ParsePostProcessSpec(spec));
  for (const std::string& mean : command.query_means) options.query_means.push_back(ParseQueryMean(mean));
  // The base run is the model at its own temperature; a run at the same temperature would be the same.
  std::erase_if(options.temperatures, [&](float temperature) {
    return repair.attention.by_head.empty() && temperature == repair.attention.temperature;
  });
  CheckDifferentFolders("--task", command.tasks);
  ReportFiles files(command.output, command.html);
  // Read before any is embedded, so that a bad folder costs no time.
  std::vector<Task> tasks;
  std::map<std::string, InputFindings> findings;  // by task
  for (const std::string& folder : command.tasks) {
    tasks.push_back(ReadTask(folder));
    InputFindings& found = findings[tasks.back().name];
    found.warnings = CheckTaskTexts(tasks.back());
    PrintFindings(found);
  }
  const Embedder embedder = EmbedderOf(LoadModel(command.model), command.model, repair);
  PrintWarnings(embedder.warnings());
  for (const Task& task : tasks) AsUsage([&] { CheckEvaluationOptions(options, embedder, task); });
  const std::unique_ptr<VectorCache> cache = OpenCache(command.cache);
  options.cache = cache.get();
  const auto found_so_far = [&] { return cache == nullptr ? 0 : cache->counts().found; };
  std::vector<TaskResult> results;
  for (const Task& task : tasks) {
    std::optional<ProgressLine> progress(std::in_place, fmt::format("{} (texts)", task.name), command.quiet);
    const std::size_t found_before = found_so_far();
    const Progress update = [&](std::size_t done, std::size_t total) {
      progress->Update(done, total, found_so_far() - found_before);
    };
    for (TaskResult& result : EvaluateTask(task, embedder, options, update)) {
      results.push_back(std::move(result));
    }
  }
  // Known when all texts are tokenised.
  for (const InputWarning& unknown : TokenWarnings(embedder)) {
    PrintWarnings(std::vector{unknown});
    for (auto& [task, found] : findings) found.warnings.push_back(unknown);
  }
  const std::string evaluation = EvaluationDocument(results, embedder, options);
  files.Write(evaluation);
  files.Commit();
  for (const TaskResult& result : results) {
    for (const std::string& note : result.notes) Say("note: {}: {}\n", result.task, note);
    Say("{}", DescribeTask(result));
    if (!command.json) continue;
    JsonLine summary;
    summary.AddMembers(TaskSummary(result)).Add("warnings", CountedWarnings(findings[result.task].warnings));
    fmt::print("{}\n", summary.text());
  }
  if (cache != nullptr) Say("{}\n", DescribeUse(*cache));
  PrintAnswer({command.output, command.html, "", false, {}}, Describe(evaluation));
}

void AddEvaluationOptions(CLI::App& sub, EvaluateCommand& command) {
  EvaluationOptions& options = command.evaluation;
  // A list here, and runs of their own beside the model.
  sub.remove_option(sub.get_option("--temperature"));
  sub.add_option("--temperature", options.temperatures,
                 "Attention temperatures of every head, each a run beside the model; below 1 sharpens")
      ->type_name("TAU,...")
      ->delimiter(',')
      ->check(Number(kLeastTemperature, kMostTemperature));
  sub.add_option("--sides", command.sides,
                 "Texts of a retrieval task that a temperature applies to: both, documents, queries")
      ->type_name("SIDES")
      ->delimiter(',')
      ->capture_default_str()
      ->check(OneOf({"both", "documents", "queries"}));
  sub.add_option(
         "--cut", options.cuts,
         "Lengths in tokens to which documents are cut, each a run: the same questions, less of the content")
      ->type_name("N,...")
      ->delimiter(',')
      ->check(WholeNumber(1));
  sub.add_option(
         "--postprocess", command.post_processes,
         "Post-processing fitted to the task's own texts without labels, each a run: center, whiten:EPSILON, "
         "abtt:DIRECTIONS")
      ->type_name("P,...")
      ->delimiter(',')
      ->check(TakenBy([](const std::string& spec) { ParsePostProcessSpec(spec); }));
  sub.add_option(
         "--query-means", command.query_means,
         "What every held-out post-processing centres queries on, each a run: a number of other queries, "
         "pseudo (titles and sentences of documents), documents")
      ->type_name("SOURCE,...")
      ->delimiter(',')
      ->check(TakenBy([](const std::string& mean) { ParseQueryMean(mean); }));
  sub.add_option(
         "--windows", options.windows,
         "Lengths in tokens of windows that documents are cut into, each a run with the mean of the windows "
         "and runs with several vectors a document; with every --postprocess too")
      ->type_name("N,...")
      ->delimiter(',')
      ->check(WholeNumber(1));
  sub.remove_option(sub.get_option("--lead"));
  sub.add_option("--lead", options.leads, "Shares of the first window in lead-body, each a run")
      ->type_name("A,...")
      ->delimiter(',')
      ->capture_default_str()
      ->check(Number(0, 1));
  sub.add_option(
         "--vectors", options.vectors,
         "Most vectors of a document that has several, neighbouring windows merged, each a run; 0: one a "
         "window")
      ->type_name("K,...")
      ->delimiter(',')
      ->capture_default_str()
      ->check(WholeNumber(0));
  sub.add_option("--best", options.best,
                 "Windows of a document whose mean score is the document's, where it has several vectors")
      ->type_name("K,...")
      ->delimiter(',')
      ->capture_default_str()
      ->check(WholeNumber(1));
  sub.add_option("--csls", options.csls,
                 "Neighbours of cross-domain similarity local scaling, which lowers documents near to all "
                 "queries, each a run")
      ->type_name("K,...")
      ->delimiter(',')
      ->check(WholeNumber(1));
  sub.add_option("--hybrid", options.hybrid,
                 "BM25 beside the vectors of every run but temperatures, cuts and CSLS: weights of the "
                 "vectors' scores, both standardised, each a run")
      ->type_name("W,...")
      ->delimiter(',')
      ->check(Number(0, 1));
  sub.add_flag("--fusion", options.fusion, "The same by reciprocal rank fusion");
  sub.add_flag("--english-stems", options.english_stems, "BM25 reads words by their English stems");
  sub.add_flag("--combine", options.combine,
               "Every --temperature with every --postprocess too, and that with --csls");
  sub.add_flag("--ignore-identical-ids", options.ignore_identical_ids,
               "A query does not find the document of its own id, where queries are documents of the corpus");
  sub.add_flag("--static", options.static_control,
               "A run with mean word embeddings: no attention, no positions");
  AddResamplingOptions(sub, "Of bootstrap, splits and clustering", "Bootstrap resamples", options.resampling);
}

}  // namespace

void AddEvaluateCommand(CLI::App& app, std::vector<std::string> arguments) {
  const auto command = std::make_shared<EvaluateCommand>();
  command->arguments = std::move(arguments);
  CLI::App* const sub = app.add_subcommand(
      "evaluate",
      "Score embeddings in tasks, by length, beside their baselines\n"
      "Search, classification, clustering and rated pairs, each with what a repair gains or loses.");
  sub->footer(
      "lengthwise evaluate --model all-MiniLM-L6-v2 --task tasks/man-pages --output evaluation.json --html "
      "evaluation.html");
  AddModelOptions(*sub, command->model);
  AddCacheOptions(*sub, command->cache);
  sub->add_option("--task", command->tasks,
                  "Task folder: corpus.jsonl, queries.jsonl and qrels.tsv, or docs.jsonl, or pairs.jsonl; "
                  "may be repeated")
      ->required()
      ->type_name("DIR");
  sub->add_option("--output", command->output, "Evaluation, JSON as docs/evaluation.schema.json says")
      ->required()
      ->type_name("FILE");
  sub->add_option("--html", command->html, "The evaluation as a page")->type_name("FILE");
  AddEvaluationOptions(*sub, *command);
  sub->add_flag("--json", command->json, "Print one JSON object a task on a line of standard output");
  sub->add_flag("--quiet", command->quiet, "No progress");
  sub->callback([command] { RunEvaluate(*command); });
}

}  // namespace lengthwise
