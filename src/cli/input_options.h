// The options of every command that reads documents, and what it prints about them.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "lengthwise/documents.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lengthwise {

// `name` (a path, or - for standard input; `what` says what it holds), --input-format, --text-field,
// --id-field and --title-field. Returns the first.
CLI::Option* AddInputOptions(CLI::App& command, InputOptions& input, const std::string& name = "--input",
                             const std::string& what = "Texts");

// Of a file of queries, read as the documents are, with the same fields.
InputOptions QueryInput(const InputOptions& documents, const std::string& path);

// On standard error: what was left out or taken for what, and what is dubious about the texts, a line each.
void PrintFindings(const InputFindings& findings);
// The same of queries, which the warnings say.
void PrintQueryFindings(InputFindings findings);

void PrintWarnings(const std::vector<InputWarning>& warnings);

// How many of each kind of warning, for the summary as JSON.
std::vector<std::pair<std::string, std::size_t>> CountedWarnings(const std::vector<InputWarning>& warnings);

}  // namespace lengthwise
