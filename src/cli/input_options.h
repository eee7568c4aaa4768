// The options of every command that reads documents, and what it prints about them.
#pragma once

#include <string>

#include "base/json.h"
#include "embedding/session.h"
#include "text/documents.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lengthwise {

// `name` (a path, or - for standard input; `what` says what it holds), --input-format, --text-field,
// --id-field and --title-field. Returns the first.
CLI::Option* AddInputOptions(CLI::App& command, InputOptions& input, const std::string& name = "--input",
                             const std::string& what = "Texts");

// On standard error: what was left out or taken for what, and what is dubious about the texts, a line each.
void PrintFindings(const InputFindings& findings);

// The same of tokens that the vocabulary lacks, which is known when all texts are tokenised; added to
// `findings`.
void PrintUnknownTokens(const Session& embedder, InputFindings& findings);

// How many of each kind of warning, for the summary as JSON.
OrderedJson WarningCounts(const InputFindings& findings);

}  // namespace lengthwise
