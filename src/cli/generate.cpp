// lengthwise generate: what is installed beside the program, for the build to call.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "lengthwise/atomic_file.h"
#include "lengthwise/error.h"
#include "usage/command_tree.h"
#include "usage/completion_script.h"
#include "usage/man_page.h"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

void WriteInto(const fs::path& folder, const std::string& name, const std::string& text) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw Error(ErrorCode::kIo,
                fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
  WriteFile(folder / name, text);
}

void WritePages(const CommandAbout& command, const CommandAbout& program, const fs::path& folder) {
  WriteInto(folder, ManPageName(command) + ".1", ManPage(command, program));
  for (const CommandAbout& sub : command.commands) WritePages(sub, program, folder);
}

// The places are those in which man and the shells look.
void Generate(const CommandAbout& program, const fs::path& share) {
  WritePages(program, program, share / "man/man1");
  WriteInto(share / "bash-completion/completions", "lengthwise", CompletionScript(Shell::kBash, program));
  WriteInto(share / "zsh/site-functions", "_lengthwise", CompletionScript(Shell::kZsh, program));
  WriteInto(share / "fish/vendor_completions.d", "lengthwise.fish", CompletionScript(Shell::kFish, program));
}

}  // namespace

void AddGenerateCommand(CLI::App& app) {
  const auto folder = std::make_shared<std::string>();
  CLI::App* const sub =
      app.add_subcommand("generate", "Write manual pages and completion scripts, as they are installed");
  sub->group("");  // hidden
  sub->add_option("folder", *folder, "Folder that is as PREFIX/share")->required()->type_name("DIR");
  sub->callback([folder, &app] { Generate(DescribeCommand(app, app.get_name()), *folder); });
}

}  // namespace lengthwise
