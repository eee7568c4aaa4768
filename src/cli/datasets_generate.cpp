#include "cli/datasets_generate.h"

#include <fmt/format.h>

#include <cstdio>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/console.h"
#include "cli/input_options.h"
#include "lengthwise/atomic_file.h"
#include "lengthwise/generate.h"
#include "lengthwise/new_folder.h"
#include "usage/checks.h"
#include "usage/json_line.h"
#include "usage/places.h"

namespace lengthwise {
namespace {

struct NeedleCommand {
  std::string name;  // passkey or needle
  std::string model;
  InputOptions filler;
  std::string output;
  NeedleOptions options = {.lengths = {128, 256, 512}};
  bool json = false;
};

struct PseudoCommand {
  InputOptions input;
  std::string output;
  std::string query = "both";
  PseudoOptions options;
  bool json = false;
};

void PrintSummary(const std::string& folder, const RetrievalTask& task, bool json) {
  Say("{}: {} documents, {} queries\n", folder, task.corpus.documents.size(), task.queries.size());
  if (!json) return;
  JsonLine summary;
  summary.Add("output", folder)
      .Add("documents", task.corpus.documents.size())
      .Add("queries", task.queries.size());
  fmt::print("{}\n", summary.text());
}

std::string NeedleReadme(const NeedleCommand& command, const NeedleTask& task) {
  return fmt::format(
      "# {0}-{1}\n\nA retrieval task made by `lengthwise datasets {0}`: {2} documents of filler, {1} tokens "
      "each (special tokens included), each with a statement of its own hidden in it; {3} queries ask for "
      "those of the first documents, the others are distractors. `depth` in queries.jsonl is the part of the "
      "filler that precedes the statement{5}.{6} Seed {4}. The folders of other lengths made with it hold "
      "the "
      "same "
      "statements, at the same part of the same filler. The filler's licence is its own.\n",
      command.name, task.length, task.task.corpus.documents.size(), task.task.queries.size(),
      command.options.seed, command.options.depth ? ", here the same for all" : "",
      command.options.repeat_every > 0
          ? fmt::format(" The statement stands once in every {} tokens; `depth` is that of the first.",
                        command.options.repeat_every)
          : "");
}

void RunNeedle(const NeedleCommand& command) {
  CheckPlaces({.inputs = {},
               .folders = {{"--model", command.model}},
               .outputs = {},
               .folder_outputs = {{"--output", command.output}},
               .prints = command.json});
  const std::shared_ptr<const Tokenizer> tokenizer = ReadTokenizer(command.model);
  AsUsage([&] { CheckNeedleOptions(command.options, *tokenizer); });
  // Opened before the work, so that a place that cannot be written to costs no time.
  const std::filesystem::path output(command.output);
  ParentFolder parent(output);
  std::deque<NewFolder> folders;
  for (const std::size_t length : command.options.lengths)
    folders.emplace_back(output / fmt::format("{}-{}", command.name, length));
  InputFindings findings;
  const std::vector<NeedleTask> tasks =
      MakeNeedleTasks(ReadDocuments(command.filler, &findings), *tokenizer, command.options);
  PrintFindings(findings);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    WriteTask(tasks[i], folders[i].path());
    WriteFile(folders[i].path() / "README.md", NeedleReadme(command, tasks[i]));
  }
  for (NewFolder& folder : folders) folder.Commit();
  parent.Keep();
  if (const std::size_t skipped = tasks.front().skipped; skipped > 0) {
    Say("note: {} place(s) of the filler were passed over, where no word is short enough to fill a "
        "document to its last token\n",
        skipped);
  }
  for (const NeedleTask& task : tasks)
    PrintSummary((output / fmt::format("{}-{}", command.name, task.length)).string(), task.task,
                 command.json);
}

PseudoQueryKind KindOf(std::string_view name) {
  if (name == "title") return PseudoQueryKind::kTitle;
  return name == "sentence" ? PseudoQueryKind::kSentence : PseudoQueryKind::kBoth;
}

void RunPseudo(const PseudoCommand& command) {
  NewFolder folder(command.output);
  PseudoOptions options = command.options;
  options.kind = KindOf(command.query);
  InputFindings findings;
  const PseudoTask made = MakePseudoTask(ReadDocuments(command.input, &findings), options);
  PrintFindings(findings);
  WriteTask(made, folder.path());
  WriteFile(folder.path() / "README.md",
            fmt::format("# {}\n\nA retrieval task without labels, made by `lengthwise datasets pseudo`: {} "
                        "documents, {} queries. A query is a document's own title or one of its sentences, "
                        "taken out of it; that document is the one answer. Seed {}.\n",
                        std::filesystem::path(command.output).filename().string(),
                        made.task.corpus.documents.size(), made.task.queries.size(), options.seed));
  folder.Commit();
  if (made.empty > 0) Say("left out: {} documents without a word\n", made.empty);
  if (made.without_query > 0) {
    Say("without a query: {} documents with nothing to lose\n", made.without_query);
  }
  PrintSummary(command.output, made.task, command.json);
}

void AddNeedleCommand(CLI::App& datasets, const std::string& name, NeedleKind kind,
                      const std::string& about) {
  const auto command = std::make_shared<NeedleCommand>();
  command->name = name;
  command->options.kind = kind;
  CLI::App* const sub = datasets.add_subcommand(
      name,
      about +
          "\nOne task folder a length, with your own documents as filler: what length alone costs a search.");
  sub->footer(fmt::format(
      "lengthwise datasets {} --model all-MiniLM-L6-v2 --filler texts.jsonl --lengths 128,256 --output tasks",
      name));
  NeedleOptions& options = command->options;
  sub->add_option("--model", command->model,
                  "Model folder, of which the tokenizer alone is read: lengths are its tokens")
      ->required()
      ->type_name("DIR");
  AddInputOptions(*sub, command->filler, "--filler", "Real text around the statements")->required();
  sub->add_option("--lengths", options.lengths,
                  "Lengths of the documents in tokens, special tokens included, each a task folder")
      ->type_name("N,...")
      ->delimiter(',')
      ->capture_default_str()
      ->check(WholeNumber(1));
  sub->add_option("--documents", options.documents,
                  fmt::format("Documents of a task, at most {}", NeedleCount(kind)))
      ->type_name("N")
      ->capture_default_str()
      ->check(WholeNumber(1, NeedleCount(kind)));
  sub->add_option("--queries", options.queries, "Queries of a task; the other documents are distractors")
      ->type_name("N")
      ->capture_default_str()
      ->check(WholeNumber(1));
  sub->add_option("--depth", options.depth,
                  "Where every statement stands, from 0 (first) to 1 (last) (default: each at a place drawn "
                  "by seed)")
      ->type_name("D")
      ->check(Number(0, 1));
  sub->add_option("--repeat-every", options.repeat_every,
                  "The statement stands once in every so many tokens, so that its share of a document does "
                  "not fall with "
                  "length (default: once)")
      ->type_name("TOKENS")
      ->check(WholeNumber(1));
  sub->add_option("--seed", options.seed, "Of statements, places and the order of the filler")
      ->type_name("N")
      ->capture_default_str()
      ->check(WholeNumber());
  sub->add_option("--output", command->output, fmt::format("Folder that gets {}-N for every length", name))
      ->required()
      ->type_name("DIR");
  sub->add_flag("--json", command->json, "Print one JSON object a task folder on a line of standard output");
  sub->callback([command] { RunNeedle(*command); });
}

void AddPseudoCommand(CLI::App& datasets) {
  const auto command = std::make_shared<PseudoCommand>();
  CLI::App* const sub = datasets.add_subcommand(
      "pseudo",
      "A retrieval task without labels: documents asked for by their own titles and sentences\n"
      "For texts that nobody has judged; evaluate --task takes the folder.");
  sub->footer("lengthwise datasets pseudo --input texts.jsonl --output tasks/my-texts");
  AddInputOptions(*sub, command->input, "--input", "Documents")->required();
  sub->add_option("--query", command->query, "What is taken out of a document and asks for it")
      ->type_name("KIND")
      ->capture_default_str()
      ->check(OneOf({"title", "sentence", "both"}));
  sub->add_option("--max-documents", command->options.max_documents,
                  "A sample of so many, drawn by seed (default: all)")
      ->type_name("N")
      ->check(WholeNumber(1));
  sub->add_option("--seed", command->options.seed, "Of the sentences and the sample")
      ->type_name("N")
      ->capture_default_str()
      ->check(WholeNumber());
  sub->add_option("--output", command->output, "The task folder")->required()->type_name("DIR");
  sub->add_flag("--json", command->json, "Print a summary as JSON on standard output");
  sub->callback([command] { RunPseudo(*command); });
}

}  // namespace

void AddGenerateCommands(CLI::App& datasets) {
  AddNeedleCommand(datasets, "passkey", NeedleKind::kPasskey,
                   "Tasks at given lengths: pass keys hidden in filler");
  AddNeedleCommand(datasets, "needle", NeedleKind::kFact,
                   "Tasks at given lengths: facts hidden in filler, asked for in other words");
  AddPseudoCommand(datasets);
}

}  // namespace lengthwise
