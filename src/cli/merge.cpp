// lengthwise merge: the report of several measurements together.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/report_files.h"
#include "cli/report_summary.h"
#include "lengthwise/atomic_file.h"
#include "lengthwise/measure.h"
#include "lengthwise/report.h"
#include "usage/checks.h"
#include "usage/places.h"

namespace lengthwise {
namespace {

struct MergeCommand {
  std::vector<std::string> inputs;
  std::string output;
  std::string html;
  std::string statistics;
  std::size_t threads = 0;
  bool allow_overlap = false;
  bool json = false;
  std::vector<std::string> arguments;  // of the whole command line
};

void CheckPlacesOf(const MergeCommand& command) {
  CommandPlaces places;
  for (const std::string& input : command.inputs) places.inputs.push_back({"file to merge", input});
  places.outputs = {
      {"--output", command.output}, {"--html", command.html}, {"--statistics", command.statistics}};
  places.prints = command.json;
  CheckPlaces(places);
}

void RunMerge(const MergeCommand& command) {
  CheckPlacesOf(command);
  ReportFiles files(command.output, command.html);
  std::optional<AtomicFile> statistics;
  if (!command.statistics.empty()) statistics.emplace(command.statistics);

  const MeasureResult merged = MergeStatistics(
      command.inputs,
      {.allow_overlap = command.allow_overlap, .threads = command.threads, .command = command.arguments});
  files.Write(merged.document);
  if (statistics) WriteStatistics(merged, *statistics);
  files.Commit(statistics ? &*statistics : nullptr);
  PrintReportSummary({command.output, command.html, command.statistics, command.json, {}},
                     Describe(merged.document));
}

}  // namespace

void AddMergeCommand(CLI::App& app, std::vector<std::string> arguments) {
  const auto command = std::make_shared<MergeCommand>();
  command->arguments = std::move(arguments);
  CLI::App* const sub =
      app.add_subcommand("merge",
                         "Merge statistics of several measurements into one report\n"
                         "The same report as one measurement of all their documents would give.");
  sub->footer("lengthwise merge part1.statistics part2.statistics --output report.json --html report.html");
  sub->add_option("statistics", command->inputs,
                  "Files that lengthwise measure --statistics wrote, of the same model, repair and options")
      ->required()
      ->type_name("FILE");
  sub->add_option("--output", command->output, "Report, JSON as docs/report.schema.json says")
      ->required()
      ->type_name("FILE");
  sub->add_option("--html", command->html, "The report as a page")->type_name("FILE");
  sub->add_option("--statistics", command->statistics, "The merged statistics, to be merged again")
      ->type_name("FILE");
  sub->add_option("--threads", command->threads, "Threads (default: all processors)")
      ->type_name("N")
      ->check(WholeNumber(1, 1024));
  sub->add_flag("--allow-overlap", command->allow_overlap,
                "Let documents that several files share count as often as they stand");
  sub->add_flag("--json", command->json, "Print a summary as JSON on standard output");
  sub->callback([command] { RunMerge(*command); });
}

}  // namespace lengthwise
