// One function a command: adds it with its options to the application; it runs while the arguments are
// parsed.
#pragma once

namespace CLI {
class App;
}

namespace lengthwise {

void AddEmbedCommand(CLI::App& app);
void AddMeasureCommand(CLI::App& app);

}  // namespace lengthwise
