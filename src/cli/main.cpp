// lengthwise: parse, call, print.
#include <fmt/format.h>

#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/console.h"
#include "lengthwise/error.h"
#include "lengthwise/version.h"
#include "usage/help.h"
#include "usage/signals.h"
#include "usage/usage.h"

namespace {

constexpr int kWorkFailed = 1;
constexpr int kWrongUsage = 2;

// The exit code of what has ended with `code`, once its output has got to where it goes.
int Ended(int code) {
  try {
    lengthwise::FlushStandardOutput();
  } catch (const lengthwise::Error& error) {
    lengthwise::Say("error: {}\n", error.what());
    if (code == 0) return kWorkFailed;
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  lengthwise::OpenClosedStreams();
  lengthwise::CleanUpOnSignals();
  CLI::App app(
      "Tells whether text embeddings collapse as texts grow, where in the model, and what repairs it\n"
      "Embeds texts too, with sentence-transformers models, on the CPU.",
      "lengthwise");
  app.set_version_flag("--version", lengthwise::Version(), "Print the version");
  app.set_help_flag("-h,--help", "Print this help");
  app.set_help_all_flag("--help-all", "Print it with the rare options too");
  app.formatter(lengthwise::HelpFormatter());
  app.footer("lengthwise report --model all-MiniLM-L6-v2 --input texts.jsonl --output report");
  app.require_subcommand(1);
  std::vector<std::string> arguments = {"lengthwise"};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  // In the order of use, in which help lists them.
  lengthwise::AddReportCommand(app, arguments);
  lengthwise::AddInspectCommand(app);
  lengthwise::AddEmbedCommand(app);
  lengthwise::AddMeasureCommand(app, arguments);
  lengthwise::AddMergeCommand(app, arguments);
  lengthwise::AddDatasetsCommand(app);
  lengthwise::AddEvaluateCommand(app, arguments);
  lengthwise::AddTuneCommand(app, arguments);
  lengthwise::AddFitCommand(app);
  lengthwise::AddExportCommand(app);
  lengthwise::AddAttentionCommand(app);
  lengthwise::AddTheoryCommand(app, std::move(arguments));
  lengthwise::AddCompletionCommand(app);
  lengthwise::AddGenerateCommand(app);
  try {
    app.parse(argc, argv);
    return Ended(0);
  } catch (const CLI::Success& asked) {
    return Ended(app.exit(asked));  // help or the version
  } catch (const CLI::ParseError& error) {
    lengthwise::Say("error: {}\n", lengthwise::UsageMessage(app, error));
    return kWrongUsage;
  } catch (const lengthwise::Error& error) {
    lengthwise::Say("error: {}\n", error.what());
  } catch (const std::bad_alloc&) {
    lengthwise::Say(
        "error: out of memory; give the program more, or less to hold at once: fewer --threads, a smaller "
        "input\n");
  } catch (const std::system_error& error) {
    // No thread could be started, or nothing printed.
    lengthwise::Say("error: {}; the system may be short of memory, threads or room on the disk\n",
                    error.what());
  } catch (const std::exception& error) {
    lengthwise::Say("error: {} (this is a defect in lengthwise)\n", error.what());
  }
  return kWorkFailed;
}
