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
#include "lengthwise/error.h"

namespace {

constexpr int kWorkFailed = 1;
constexpr int kWrongUsage = 2;

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Tells whether text embeddings collapse as texts grow, where in the model, and what repairs it.",
      "lengthwise");
  app.set_version_flag("--version", lengthwise::Version());
  app.require_subcommand(1);
  // A file that may grow no further is a failed write, which is reported, not a death.
  std::signal(SIGXFSZ, SIG_IGN);
  lengthwise::AddAttentionCommand(app);
  lengthwise::AddDatasetsCommand(app);
  lengthwise::AddEmbedCommand(app);
  lengthwise::AddExportCommand(app);
  lengthwise::AddFitCommand(app);
  std::vector<std::string> arguments = {"lengthwise"};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  lengthwise::AddEvaluateCommand(app, arguments);
  lengthwise::AddMeasureCommand(app, arguments);
  lengthwise::AddMergeCommand(app, arguments);
  lengthwise::AddTheoryCommand(app, std::move(arguments));
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  } catch (const lengthwise::Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: out of memory\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {} (this is a defect in lengthwise)\n", error.what());
  }
  return kWorkFailed;
}
