// One function a command: adds it with its options to the application; it runs while the arguments are
// parsed.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace lengthwise {

void AddAttentionCommand(CLI::App& app);
void AddCompletionCommand(CLI::App& app);
void AddDatasetsCommand(CLI::App& app);
void AddEmbedCommand(CLI::App& app);
void AddExportCommand(CLI::App& app);
void AddFitCommand(CLI::App& app);
// Hidden: writes what the build installs beside the program.
void AddGenerateCommand(CLI::App& app);
void AddInspectCommand(CLI::App& app);
// `arguments`: as of AddMeasureCommand.
void AddMergeCommand(CLI::App& app, std::vector<std::string> arguments);
// `arguments`: the whole command line, program name first; the report records it.
void AddEvaluateCommand(CLI::App& app, std::vector<std::string> arguments);
void AddMeasureCommand(CLI::App& app, std::vector<std::string> arguments);
void AddReportCommand(CLI::App& app, std::vector<std::string> arguments);
void AddTheoryCommand(CLI::App& app, std::vector<std::string> arguments);
void AddTuneCommand(CLI::App& app, std::vector<std::string> arguments);

}  // namespace lengthwise
