#include "cli/tune_input.h"

#include <utility>
#include <variant>

#include <CLI/CLI.hpp>

#include "lengthwise/error.h"
#include "usage/checks.h"

namespace lengthwise {

namespace {

void CheckStandardInput(const TuneInput& input) {
  if (input.documents.path == "-" && input.queries == "-")
    FailUsage("standard input cannot be both --input and --queries; put one of them into a file");
}

// A search, with judged queries.
Task ReadSearch(const std::string& folder) {
  Task task = ReadTask(folder);
  auto* const retrieval = std::get_if<RetrievalTask>(&task.data);
  if (retrieval == nullptr)
    FailUsage("{} is no search, which a repair is chosen for: it has no corpus.jsonl", folder);
  InputFindings findings;
  findings.warnings = CheckTaskTexts(task);
  PrintFindings(findings);
  retrieval->corpus.name = task.name;
  return task;
}

std::vector<Document> ReadCollection(const InputOptions& input) {
  InputFindings findings;
  std::vector<Document> documents = ReadDocuments(input, &findings);
  PrintFindings(findings);
  return documents;
}

std::vector<Document> ReadQueries(const TuneInput& input) {
  InputFindings findings;
  std::vector<Document> queries = ReadDocuments(QueryInput(input.documents, input.queries), &findings);
  PrintQueryFindings(std::move(findings));
  return queries;
}

}  // namespace

void AddTuneInput(CLI::App& command, TuneInput& input) {
  AddInputOptions(command, input.documents, "--input", "Documents, the collection that is searched");
  command
      .add_option("--queries", input.queries,
                  "Queries that people ask, which nobody needs to have judged, read as --input is")
      ->type_name("FILE");
  command
      .add_option("--task", input.task,
                  "Instead of both, a folder with judged queries: corpus.jsonl, queries.jsonl and qrels.tsv")
      ->type_name("DIR");
}

void AddTuneOptions(CLI::App& command, TuneOptions& options) {
  command.add_option("--vectors", options.vectors, "The most vectors of a document where several are tried")
      ->capture_default_str()
      ->type_name("K")
      ->check(WholeNumber(2));
  command.add_flag("--english-stems", options.english_stems, "BM25 reads words by their English stems");
}

void AddPlaces(const TuneInput& input, CommandPlaces& places) {
  places.inputs.push_back({"--input", input.documents.path});
  places.inputs.push_back({"--queries", input.queries});
  places.folders.push_back({"--task", input.task});
}

RetrievalTask ReadTuneInput(const TuneInput& input) {
  CheckStandardInput(input);
  if (input.task.empty() == input.documents.path.empty())
    FailUsage("give either --input, with --queries if there are some, or --task with judged queries");
  if (!input.task.empty()) {
    if (!input.queries.empty()) FailUsage("--task has queries of its own; leave out --queries");
    return std::get<RetrievalTask>(ReadSearch(input.task).data);
  }
  RetrievalTask task;
  task.corpus.documents = ReadCollection(input.documents);
  if (!input.queries.empty()) task.queries = ReadQueries(input);
  return task;
}

ReportInput ReadReportInput(const TuneInput& input) {
  CheckStandardInput(input);
  if (input.task.empty() && input.documents.path.empty())
    FailUsage("give --input, with --queries if there are some, or --task with judged queries, or both");
  ReportInput report;
  if (!input.task.empty()) report.task = ReadSearch(input.task);
  report.documents = input.documents.path.empty()
                         ? std::get<RetrievalTask>(report.task->data).corpus.documents
                         : ReadCollection(input.documents);
  if (report.task && input.queries.empty()) {
    report.tuning = std::get<RetrievalTask>(report.task->data);
    return report;
  }
  report.tuning.corpus.documents = report.documents;
  if (!input.queries.empty()) report.tuning.queries = ReadQueries(input);
  return report;
}

void CheckNoRepairOfTexts(const ModelOptions& model, const std::string& command) {
  if (!model.repair_file.empty() || SayHowTextsAreRead(model)) {
    FailUsage(
        "{} says itself how long texts are read; leave out --repair, --long-input, --window and what else is "
        "about windows",
        command);
  }
}

}  // namespace lengthwise
