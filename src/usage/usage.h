// What is said of a command line that is wrong.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace lengthwise {

// One line: what is wrong, the nearest name where one is mistyped, and where to look. `app` has parsed the
// command line.
std::string UsageMessage(const CLI::App& app, const CLI::ParseError& error);

}  // namespace lengthwise
