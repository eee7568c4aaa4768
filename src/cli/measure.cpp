// lengthwise measure: whether, and from which length on, embeddings collapse.
#include "lengthwise/measure.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/input_options.h"
#include "cli/model_options.h"
#include "cli/report_files.h"
#include "cli/report_summary.h"
#include "cli/resampling_options.h"
#include "cli/resume.h"
#include "lengthwise/atomic_file.h"
#include "lengthwise/report.h"
#include "usage/checks.h"
#include "usage/places.h"
#include "usage/progress_line.h"

namespace lengthwise {
namespace {

struct MeasureCommand {
  ModelOptions model;
  InputOptions input;
  std::string output;
  std::string html;
  std::string statistics;
  std::vector<std::string> arms = {"natural", "truncated", "static"};
  std::vector<std::string> ablation;
  MeasureOptions measure;
  bool json = false;
  bool quiet = false;
  std::vector<std::string> arguments;  // of the whole command line
};

std::vector<HeadOutput> ParseModes(const std::vector<std::string>& names) {
  std::vector<HeadOutput> modes;
  for (const std::string& name : names) {
    for (const HeadOutput mode : {HeadOutput::kDc, HeadOutput::kHc, HeadOutput::kZero}) {
      if (name == HeadOutputName(mode)) modes.push_back(mode);
    }
  }
  return modes;
}

void CheckPlacesOf(const MeasureCommand& command) {
  CommandPlaces places = PlacesOf(command.model);
  places.inputs.push_back({"--input", command.input.path});
  places.outputs = {
      {"--output", command.output}, {"--html", command.html}, {"--statistics", command.statistics}};
  places.prints = command.json;
  CheckPlaces(places);
}

MeasureOptions OptionsOf(const MeasureCommand& command) {
  const auto asked = [&](const char* arm) {
    return std::find(command.arms.begin(), command.arms.end(), arm) != command.arms.end();
  };
  MeasureOptions options = command.measure;
  options.natural = asked("natural");
  options.truncated = asked("truncated");
  options.static_control = asked("static");
  options.controls.repeated = asked("repeated");
  options.controls.mixed = asked("mixed");
  options.controls.diluted = asked("diluted");
  options.ablation.modes = ParseModes(command.ablation);
  options.statistics = !command.statistics.empty();
  options.output = command.output;
  options.command = command.arguments;
  options.source = command.input.path;
  return options;
}

void RunMeasure(const MeasureCommand& command) {
  CheckPlacesOf(command);
  MeasureOptions options = OptionsOf(command);
  const Repair repair = RepairOf(command.model);
  const Model model = LoadModel(command.model);
  const Embedder embedder = EmbedderOf(model, command.model, repair);
  PrintWarnings(model.warnings());
  AsUsage([&] { CheckMeasureOptions(options, embedder); });
  ReportFiles files(command.output, command.html);
  std::optional<AtomicFile> statistics;
  if (options.statistics) statistics.emplace(command.statistics);
  InputFindings findings;
  const DocumentSource source = [&](const DocumentCallback& callback) {
    findings = ForEachDocument(command.input, callback);
  };
  std::optional<ProgressLine> progress(std::in_place, "measure (tokens)", command.quiet);
  std::optional<ProgressLine> spectrum_progress;
  options.spectrum_progress = [&](std::size_t done, std::size_t total) {
    progress.reset();
    if (!spectrum_progress) spectrum_progress.emplace("spectrum (heads)", command.quiet);
    spectrum_progress->Update(done, total);
  };
  const MeasureResult result = Measure(
      embedder, source, options, [&](std::size_t done, std::size_t total) { progress->Update(done, total); });
  progress.reset();
  spectrum_progress.reset();
  files.Write(result.document);
  if (statistics) WriteStatistics(result, *statistics);
  files.Commit(statistics ? &*statistics : nullptr);
  Finish(result);
  if (result.resumed > 0) SayResumed(result.resumed, "sequences");
  PrintFindings(findings);
  PrintWarnings(result.token_warnings);
  findings.warnings.insert(findings.warnings.end(), result.token_warnings.begin(),
                           result.token_warnings.end());
  PrintReportSummary(
      {command.output, command.html, command.statistics, command.json, std::move(findings.warnings)},
      Describe(result.document));
}

void AddControlOptions(CLI::App& sub, ControlOptions& options) {
  sub.add_flag(
      "--attribution", options.attribution,
      "How much of the rise is content, pooling, attention, and positions beyond the trained length");
  sub.add_flag(
      "--interventions", options.interventions,
      "How alike the same tokens are at other positions and with further tokens behind them, and what their "
      "likeness is made of");
  sub.add_flag("--placement", options.placement,
               "Whether a passage is found wherever it stands in a text of constant length: cut, in one "
               "pass, in windows, "
               "and repaired, where --repair or other options repair");
  sub.add_option(
         "--passage", options.passage,
         "Content tokens of the passage that is repeated, diluted and mixed, and of attribution's windows "
         "(default: an eighth of the model's positions)")
      ->type_name("N")
      ->check(WholeNumber(1));
  sub.add_option("--control-documents", options.documents,
                 "Most documents of the controls, the attribution, the interventions and the placement, "
                 "drawn at random")
      ->capture_default_str()
      ->type_name("N")
      ->check(WholeNumber(2, 100000));
}

void AddLayerOptions(CLI::App& sub, MeasureCommand& command) {
  MeasureOptions& options = command.measure;
  sub.add_flag("--probe", options.probe, "Tables of layers and attention heads");
  sub.add_flag("--gains", options.gains,
               "What each part of each layer does to the differences between tokens, by length");
  sub.add_option("--ablation", command.ablation,
                 "Replace each head's output by its mean over tokens (dc), its deviation from that (hc) or "
                 "zero, and rank heads by the part of the collapse index that they carry")
      ->type_name("MODES")
      ->delimiter(',')
      ->check(OneOf({"dc", "hc", "zero"}));
  sub.add_option("--ablation-documents", options.ablation.documents,
                 "Most documents of the ablation, drawn at random")
      ->capture_default_str()
      ->type_name("N")
      ->check(WholeNumber(2, 100000));
  sub.add_option("--ablation-lengths", options.ablation.lengths,
                 "Lengths of the ablation in tokens, ascending (default: three of the truncated arm's)")
      ->type_name("N,...")
      ->delimiter(',')
      ->check(WholeNumber(1));
}

}  // namespace

void AddMeasureCommand(CLI::App& app, std::vector<std::string> arguments) {
  const auto command = std::make_shared<MeasureCommand>();
  command->arguments = std::move(arguments);
  CLI::App* const sub = app.add_subcommand(
      "measure",
      "Measure how alike embeddings grow with length\n"
      "Whether embeddings of your texts collapse, from which length on, and where in the model.");
  sub->footer(
      "lengthwise measure --model all-MiniLM-L6-v2 --input texts.jsonl --output report.json --html "
      "report.html");
  AddModelOptions(*sub, command->model);
  AddInputOptions(*sub, command->input)->required();
  sub->add_option("--output", command->output, "Report, JSON as docs/report.schema.json says")
      ->required()
      ->type_name("FILE");
  sub->add_option("--html", command->html, "The report as a page")->type_name("FILE");
  sub->add_option(
         "--statistics", command->statistics,
         "What the report is made from, to be merged with that of other documents (lengthwise merge)")
      ->type_name("FILE");
  sub->add_option("--arms", command->arms,
                  "natural, truncated, static (default: these three), repeated, mixed, diluted")
      ->type_name("ARMS")
      ->delimiter(',')
      ->check(OneOf({"natural", "truncated", "static", "repeated", "mixed", "diluted"}));
  AddControlOptions(*sub, command->measure.controls);
  AddLayerOptions(*sub, *command);
  sub->add_option("--spectrum", command->measure.spectrum,
                  "Exact spectra of every head's attention, beside bound and laws, on N documents of the "
                  "truncated arm (default: none)")
      ->type_name("N")
      ->check(WholeNumber(1));
  sub->add_option(
         "--lengths", command->measure.lengths,
         "Lengths of the truncated arm in tokens, ascending (default: 16, 24, 32, 48, ... to the model's "
         "positions, closer above the trained limit)")
      ->type_name("N,...")
      ->delimiter(',')
      ->check(WholeNumber(1));
  sub->add_option(
         "--trained-length", command->measure.trained_length,
         "Tokens that the model was trained to, which the knee is compared with beside the length in "
         "force (default: the truncation that tokenizer.json was saved with, if any)")
      ->type_name("N")
      ->check(WholeNumber(1));
  sub->add_option("--minimum-documents", command->measure.minimum_documents,
                  "Fewest documents of the truncated arm, which else ends at a shorter length")
      ->capture_default_str()
      ->type_name("N")
      ->check(WholeNumber(2, 1000000));
  sub->add_option("--truncated-documents", command->measure.truncated_documents,
                  "Most documents of the truncated arm, drawn at random where more are long enough")
      ->capture_default_str()
      ->type_name("N")
      ->check(WholeNumber(2, 1000000));
  AddResamplingOptions(*sub, "Of sampling, bootstrap and permutations",
                       "Bootstrap resamples, and permutations", command->measure.resampling);
  sub->add_option("--sample", command->measure.sample, "Documents measured, drawn at random (default: all)")
      ->type_name("N")
      ->check(WholeNumber(1));
  sub->add_flag("--json", command->json, "Print a summary as JSON on standard output");
  sub->add_flag("--quiet", command->quiet, "No progress");
  sub->callback([command] { RunMeasure(*command); });
}

}  // namespace lengthwise
