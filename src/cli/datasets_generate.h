// lengthwise datasets passkey, needle, pseudo: tasks made of any documents.
#pragma once

namespace CLI {
class App;
}

namespace lengthwise {

void AddGenerateCommands(CLI::App& datasets);

}  // namespace lengthwise
