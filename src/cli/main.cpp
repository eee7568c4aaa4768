// lengthwise: parse, call, print.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/version.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/usage.h"
#include "lengthwise/error.h"

namespace {

constexpr int kWorkFailed = 1;
constexpr int kWrongUsage = 2;

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Tells whether text embeddings collapse as texts grow, where in the model, and what repairs it\n"
      "Embeds texts too, with sentence-transformers models, on the CPU.",
      "lengthwise");
  app.set_version_flag("--version", lengthwise::Version(), "Print the version");
  app.set_help_flag("-h,--help", "Print this help");
  app.set_help_all_flag("--help-all", "Print it with the rare options too");
  app.formatter(lengthwise::HelpFormatter());
  app.footer("lengthwise measure --model all-MiniLM-L6-v2 --input texts.jsonl --output report.json");
  app.require_subcommand(1);
  // A file that may grow no further is a failed write, which is reported, not a death.
  std::signal(SIGXFSZ, SIG_IGN);
  std::vector<std::string> arguments = {"lengthwise"};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  // In the order of use, in which help lists them.
  lengthwise::AddEmbedCommand(app);
  lengthwise::AddMeasureCommand(app, arguments);
  lengthwise::AddMergeCommand(app, arguments);
  lengthwise::AddDatasetsCommand(app);
  lengthwise::AddEvaluateCommand(app, arguments);
  lengthwise::AddFitCommand(app);
  lengthwise::AddExportCommand(app);
  lengthwise::AddAttentionCommand(app);
  lengthwise::AddTheoryCommand(app, std::move(arguments));
  lengthwise::AddCompletionCommand(app);
  lengthwise::AddGenerateCommand(app);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& asked) {
    return app.exit(asked);  // help or the version
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "error: {}\n", lengthwise::UsageMessage(app, error));
    return kWrongUsage;
  } catch (const lengthwise::Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: out of memory\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {} (this is a defect in lengthwise)\n", error.what());
  }
  return kWorkFailed;
}
