// lengthwise report: the main job in one command: measure, tune, prove, and the page of the answer.
#include "lengthwise/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
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
#include "cli/model_options.h"
#include "cli/report_summary.h"
#include "cli/resampling_options.h"
#include "cli/tune_input.h"
#include "lengthwise/answer.h"
#include "lengthwise/atomic_file.h"
#include "lengthwise/evaluate.h"
#include "lengthwise/export.h"
#include "lengthwise/measure.h"
#include "lengthwise/new_folder.h"
#include "lengthwise/repair.h"
#include "lengthwise/tune.h"
#include "usage/checks.h"
#include "usage/places.h"
#include "usage/progress_line.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

// Enough for the shares of a rise, in half a minute.
constexpr std::size_t kAttributedDocuments = 64;

struct ReportCommand {
  std::vector<std::string> models;
  ModelOptions running;
  CacheOptions cache;
  TuneInput input;
  TuneOptions tune;
  std::size_t sample = 1000;
  std::size_t trained_length = 0;
  std::string output;
  bool json = false;
  bool quiet = false;
  std::vector<std::string> arguments;  // of the whole command line
};

// The files of one model's part; of several models beside those of all.
struct ModelPlaces {
  std::string folder;
  fs::path page, document, repair;
};

struct Places {
  fs::path page, document;  // of the answer
  std::vector<ModelPlaces> models;

  bool several() const { return models.size() > 1; }
};

std::string NameOfFolder(const std::string& folder) {
  fs::path path = fs::path(folder).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const std::string name = path.filename().string();
  return name.empty() || name == "." || name == ".." ? "model" : name;
}

Places PlacesIn(const ReportCommand& command) {
  const fs::path output = command.output;
  Places places{output / "index.html", output / "report.json", {}};
  if (command.models.size() == 1) {
    places.models.push_back({command.models[0], places.page, places.document, output / "lengthwise.json"});
    return places;
  }
  std::vector<std::string> taken = {"index", "report"};
  for (const std::string& folder : command.models) {
    const std::string plain = NameOfFolder(folder);
    std::string name = plain;
    for (int number = 2; std::find(taken.begin(), taken.end(), name) != taken.end(); ++number)
      name = fmt::format("{}-{}", plain, number);
    taken.push_back(name);
    places.models.push_back(
        {folder, output / (name + ".html"), output / (name + ".json"), output / (name + ".lengthwise.json")});
  }
  return places;
}

void CheckReportPlaces(const ReportCommand& command, const Places& files) {
  CommandPlaces places;
  for (const std::string& model : command.models) places.folders.push_back({"--model", model});
  AddPlaces(command.input, places);
  for (const std::string& file : CacheFiles(command.cache)) places.inputs.push_back({"cache", file});
  const auto add = [&](const fs::path& path) { places.outputs.push_back({"--output", path.string()}); };
  add(files.page);
  add(files.document);
  for (const ModelPlaces& model : files.models) {
    add(model.repair);
    if (!files.several()) continue;
    add(model.page);
    add(model.document);
  }
  places.prints = command.json;
  CheckPlaces(places);
}

// Everything that is known of one model.
class ModelReport {
  // A function of a Progress, run with a line of progress.
  template <typename Work>
  auto WithProgress(const char* what, const Work& work) {
    const std::string title = command_.models.size() > 1
                                  ? fmt::format("{}: {}", places_.page.stem().string(), what)
                                  : std::string(what);
    ProgressLine line(title, command_.quiet);
    return work([&](std::size_t done, std::size_t total) { line.Update(done, total); });
  }

 public:
  ModelReport(const ReportCommand& command, const ReportInput& input, const ModelPlaces& places,
              VectorCache* cache)
      : command_(command), input_(input), places_(places), cache_(cache), embedder_(Load()) {
    PrintWarnings(embedder_.warnings());
    measure_.controls.attribution = measure_.probe = embedder_.model().HasLayers();
    measure_.controls.placement = true;
    measure_.controls.documents = kAttributedDocuments;
    measure_.resampling = command.tune.resampling;
    measure_.sample = command.sample;
    measure_.trained_length = command.trained_length;
    measure_.command = command.arguments;
    const TuneInput& from = command.input;
    measure_.source = from.documents.path.empty() ? from.task : from.documents.path;
    AsUsage([&] { CheckMeasureOptions(measure_, embedder_); });
  }

  // Tuned first, which says at once what is wrong with queries.
  ModelAnswer Answer() {
    const TuneOptions options = TuneOptionsOf();
    const TuneResult tuned = WithProgress("tune (texts)", [&](const Progress& progress) {
      return Tune(input_.tuning, embedder_, options, progress);
    });
    repair_ = FormatRepair(tuned.repair);
    measure_.repaired = embedder_.options();
    ApplyRepair(tuned.repair, &*measure_.repaired);
    ModelAnswer answer;
    answer.folder = places_.folder;
    answer.repair = places_.repair.string();
    answer.exports = CanExport(embedder_.model());
    answer.tuned = TuneDocument(tuned, embedder_, options);
    answer.measured = WithProgress("measure (tokens)", [&](const Progress& progress) {
                        return Measure(embedder_, input_.documents, measure_, progress);
                      }).document;
    if (input_.task) answer.evaluated = Evaluate(tuned);
    PrintWarnings(TokenWarnings(embedder_));
    return answer;
  }

  const std::string& repair() const { return repair_; }

 private:
  Embedder Load() {
    ModelOptions options = command_.running;
    options.model = places_.folder;
    return EmbedderOf(LoadModel(options), options, {});
  }

  TuneOptions TuneOptionsOf() const {
    TuneOptions options = command_.tune;
    options.cache = cache_;
    options.command = command_.arguments;
    return options;
  }

  // What was tuned, by the judgements, and by fits that have not seen what they are judged on.
  std::string Evaluate(const TuneResult& tuned) {
    const EvaluationOptions options = ProofOf(tuned, TuneOptionsOf());
    const std::vector<TaskResult> results = WithProgress("evaluate (texts)", [&](const Progress& progress) {
      return EvaluateTask(*input_.task, embedder_, options, progress);
    });
    return EvaluationDocument(results, embedder_, options);
  }

  const ReportCommand& command_;
  const ReportInput& input_;
  const ModelPlaces& places_;
  VectorCache* cache_;
  Embedder embedder_;
  MeasureOptions measure_;
  std::string repair_;
};

AnswerContext ContextOf(const ReportCommand& command) {
  const TuneInput& input = command.input;
  const auto file = [](const std::string& path) { return path == "-" ? std::string() : path; };
  AnswerContext context{command.arguments, file(input.documents.path), file(input.queries)};
  const fs::path task = input.task;
  if (!input.task.empty() && context.documents.empty()) context.documents = (task / "corpus.jsonl").string();
  if (!input.task.empty() && context.queries.empty()) context.queries = (task / "queries.jsonl").string();
  context.reading = ReadingOptions(command.running);
  return context;
}

// Files that are filled one by one, and get their names together.
class Files {
 public:
  void Add(const fs::path& path, std::string_view bytes) {
    files_.emplace_back(path);
    files_.back().Write(bytes);
  }

  void Commit() {
    std::vector<AtomicFile*> all;
    for (AtomicFile& file : files_) all.push_back(&file);
    CommitTogether(all);
  }

 private:
  std::deque<AtomicFile> files_;
};

void RunReport(const ReportCommand& command) {
  CheckReportPage();
  CheckDifferentFolders("--model", command.models);
  ParentFolder folder(command.output);
  const Places places = PlacesIn(command);
  CheckReportPlaces(command, places);
  const ReportInput input = ReadReportInput(command.input);
  const std::unique_ptr<VectorCache> cache = OpenCache(command.cache);
  const AnswerContext context = ContextOf(command);
  Files files;
  std::vector<ModelAnswer> answers;
  for (const ModelPlaces& of : places.models) {
    ModelReport model(command, input, of, cache.get());
    answers.push_back(model.Answer());
    files.Add(of.repair, model.repair());
    if (!places.several()) continue;
    const std::string own = AnswerDocument({&answers.back(), 1}, context);
    files.Add(of.document, own);
    files.Add(of.page, ReportPage(own));
    answers.back().page = of.page.filename().string();
  }
  const std::string document = AnswerDocument(answers, context);
  files.Add(places.document, document);
  files.Add(places.page, ReportPage(document));
  files.Commit();
  folder.Keep();
  if (cache != nullptr) Say("{}\n", DescribeUse(*cache));
  for (const ModelPlaces& of : places.models) Say("The repair: {}\n", of.repair.string());
  PrintReportSummary({places.document.string(), places.page.string(), "", command.json, {}},
                     Describe(document));
}

}  // namespace

void AddReportCommand(CLI::App& app, std::vector<std::string> arguments) {
  const auto command = std::make_shared<ReportCommand>();
  command->arguments = std::move(arguments);
  CLI::App* const sub = app.add_subcommand(
      "report",
      "Measure, tune and prove in one command, with a page that answers\n"
      "Whether embeddings of your text collapse, and why; what repairs it; what that gains and costs.");
  sub->footer(
      "lengthwise report --model all-MiniLM-L6-v2 --input texts.jsonl --queries queries.txt --output report");
  sub->add_option(
         "--model", command->models,
         "Folder of a sentence-transformers model, or a GGUF file; may be repeated, to compare models")
      ->required()
      ->type_name("DIR");
  AddRunningOptions(*sub, command->running);
  AddCacheOptions(*sub, command->cache);
  AddTuneInput(*sub, command->input);
  sub->get_option("--task")->description(
      "Folder with judged queries, which prove the repair (and choose it, where there is no --queries): "
      "corpus.jsonl, queries.jsonl and qrels.tsv");
  AddTuneOptions(*sub, command->tune);
  AddResamplingOptions(*sub, "Of sampling, bootstrap and the half of judged queries that chooses",
                       "Bootstrap resamples, and permutations", command->tune.resampling);
  sub->add_option("--sample", command->sample,
                  "Documents in which similarity is measured, drawn at random; all are searched")
      ->capture_default_str()
      ->type_name("N")
      ->check(WholeNumber(1));
  sub->add_option("--trained-length", command->trained_length,
                  "Tokens that the model was trained to (default: as tokenizer.json suggests)")
      ->type_name("N")
      ->check(WholeNumber(1));
  sub->add_option("--output", command->output,
                  "Folder, for index.html, report.json and the repair, lengthwise.json; of several models a "
                  "page, a document and a repair for each too")
      ->required()
      ->type_name("DIR");
  sub->add_flag("--json", command->json, "Print a summary as JSON on standard output");
  sub->add_flag("--quiet", command->quiet, "No progress");
  sub->callback([command] { RunReport(*command); });
}

}  // namespace lengthwise
