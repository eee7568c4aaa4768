#include "cli/input_options.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>

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

void PrintFindings(const InputFindings& findings) {
  for (const std::string& note : findings.notes) Say("note: {}\n", note);
  for (const InputWarning& warning : findings.warnings) Say("warning: {}\n", warning.message);
}

void PrintUnknownTokens(const Session& embedder, InputFindings& findings) {
  const std::optional<InputWarning> warning = embedder.unknown_tokens().Warning();
  if (!warning) return;
  Say("warning: {}\n", warning->message);
  findings.warnings.push_back(*warning);
}

OrderedJson WarningCounts(const InputFindings& findings) {
  OrderedJson counts = OrderedJson::object();
  for (const InputWarning& warning : findings.warnings)
    counts[warning.kind] = counts.value(warning.kind, std::size_t{0}) + warning.count;
  return counts;
}

}  // namespace lengthwise
