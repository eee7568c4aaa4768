// lengthwise theory: the source's claims and their rivals, on simulated attention.
#include "lengthwise/theory.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/report_files.h"
#include "cli/report_summary.h"
#include "lengthwise/report.h"
#include "usage/checks.h"
#include "usage/json_line.h"
#include "usage/places.h"
#include "usage/progress_line.h"

namespace lengthwise {
namespace {

struct TheoryCommand {
  std::string output;
  std::string html;
  TheoryOptions theory;
  bool json = false;
  bool quiet = false;
};

void PrintSummary(const TheoryCommand& command, const Description& description) {
  for (const std::string& verdict : description.findings) Say("{}\n", verdict);
  PrintAnswer({command.output, command.html, "", false, {}}, description);
  if (!command.json) return;
  JsonLine summary;
  summary.Add("output", command.output).AddPath("html", command.html).AddMembers(description.summary);
  fmt::print("{}\n", summary.text());
}

void RunTheoryCommand(const TheoryCommand& command) {
  CheckPlaces({.inputs = {},
               .folders = {},
               .outputs = {{"--output", command.output}, {"--html", command.html}},
               .folder_outputs = {},
               .prints = command.json});
  AsUsage([&] { CheckTheoryOptions(command.theory); });
  ReportFiles files(command.output, command.html);
  std::optional<ProgressLine> progress(std::in_place, "theory (parts of the work)", command.quiet);
  const TheoryResult theory =
      RunTheory(command.theory, [&](std::size_t done, std::size_t total) { progress->Update(done, total); });
  progress.reset();
  files.Write(theory.document);
  files.Commit();
  PrintSummary(command, Describe(theory.document));
}

void AddGridOptions(CLI::App& sub, TheoryOptions& options) {
  sub.add_option("--sigma", options.sigmas,
                 "Standard deviations of attention scores, ascending (default: 0.25,0.5,1,1.5,2,3)")
      ->type_name("S,...")
      ->delimiter(',')
      ->check(Number(kLeastTheorySigma, kLargestTheorySigma));
  sub.add_option("--lengths", options.lengths, "Numbers of tokens, ascending (default: 16,32,...,1024)")
      ->type_name("N,...")
      ->delimiter(',')
      ->check(WholeNumber(kShortestTheoryLength, kLongestTheoryLength));
  sub.add_option("--head-size", options.head_sizes,
                 "Head sizes of Gaussian queries and keys, ascending (default: 32,64)")
      ->type_name("D,...")
      ->delimiter(',')
      ->check(WholeNumber(1, kLargestTheoryHead));
  sub.add_option("--draws", options.draws, "Matrices drawn at the longest lengths; shorter ones get more")
      ->capture_default_str()
      ->type_name("N")
      ->check(WholeNumber(kFewestTheoryDraws, kMostTheoryDraws));
  sub.add_option("--seed", options.seed, "Of every draw")
      ->capture_default_str()
      ->type_name("N")
      ->check(WholeNumber());
  sub.add_option("--confidence", options.confidence, "Of intervals")
      ->capture_default_str()
      ->type_name("P")
      ->check(NumberBetween(0.5, 1));
}

}  // namespace

void AddTheoryCommand(CLI::App& app, std::vector<std::string> arguments) {
  const auto command = std::make_shared<TheoryCommand>();
  command->theory.command = std::move(arguments);
  CLI::App* const sub =
      app.add_subcommand("theory",
                         "Test the theory of length collapse on simulated attention\n"
                         "Needs no model: each claim with its interval and the region in which it holds.");
  sub->footer("lengthwise theory --lengths 16,64,256 --draws 8 --output theory.json --html theory.html");
  sub->add_option("--output", command->output, "Numbers and verdicts, JSON as docs/theory.schema.json says")
      ->required()
      ->type_name("FILE");
  sub->add_option("--html", command->html, "The same as a page")->type_name("FILE");
  AddGridOptions(*sub, command->theory);
  sub->add_option("--threads", command->theory.threads, "Threads (default: all processors)")
      ->type_name("N")
      ->check(WholeNumber(1, 1024));
  sub->add_flag("--json", command->json, "Print the verdicts as JSON on standard output");
  sub->add_flag("--quiet", command->quiet, "No progress");
  sub->callback([command] { RunTheoryCommand(*command); });
}

}  // namespace lengthwise
