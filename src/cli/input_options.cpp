#include "cli/input_options.h"

#include <fmt/format.h>

#include <algorithm>

#include <CLI/CLI.hpp>

#include "cli/console.h"
#include "usage/checks.h"

namespace lengthwise {

CLI::Option* AddInputOptions(CLI::App& command, InputOptions& input, const std::string& name,
                             const std::string& what) {
  CLI::Option* const path =
      command
          .add_option(
              name, input.path,
              what +
                  ": JSONL, a JSON array, CSV, TSV, text with one document a line (each also as .gz or "
                  ".zst), a folder of .txt files, or - for standard input")
          ->type_name("FILE");
  command
      .add_option_function<std::string>(
          "--input-format", [&input](const std::string& format) { input.format = ParseInputFormat(format); },
          "auto (by content, the default), lines (plain text, one document a line), jsonl, json, csv or tsv")
      ->type_name("FORMAT")
      ->check(OneOf({"auto", "lines", "jsonl", "json", "csv", "tsv"}));
  command
      .add_option("--text-field", input.fields.text,
                  "Member of an object, or column of a table, with the text")
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--id-field", input.fields.id, "The same with the id (default: _id, or else the number)")
      ->type_name("NAME");
  command
      .add_option("--title-field", input.fields.title,
                  "The same with the title, embedded before the text (default: title, if there is one)")
      ->type_name("NAME");
  return path;
}

InputOptions QueryInput(const InputOptions& documents, const std::string& path) {
  InputOptions queries = documents;
  queries.path = path;
  return queries;
}

void PrintQueryFindings(InputFindings findings) {
  for (InputWarning& warning : findings.warnings) warning.message += ", among the queries";
  PrintFindings(findings);
}

void PrintWarnings(const std::vector<InputWarning>& warnings) {
  for (const InputWarning& warning : warnings) Say("warning: {}\n", warning.message);
}

void PrintFindings(const InputFindings& findings) {
  for (const std::string& note : findings.notes) Say("note: {}\n", note);
  PrintWarnings(findings.warnings);
}

std::vector<std::pair<std::string, std::size_t>> CountedWarnings(const std::vector<InputWarning>& warnings) {
  std::vector<std::pair<std::string, std::size_t>> counts;
  for (const InputWarning& warning : warnings) {
    const auto counted = std::find_if(counts.begin(), counts.end(),
                                      [&](const auto& count) { return count.first == warning.kind; });
    if (counted == counts.end()) {
      counts.emplace_back(warning.kind, warning.count);
    } else {
      counted->second += warning.count;
    }
  }
  return counts;
}

}  // namespace lengthwise
