// What tuning and the report read: documents, and queries that nobody judged; or a task folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/input_options.h"
#include "cli/model_options.h"
#include "lengthwise/task.h"
#include "lengthwise/tune.h"
#include "usage/places.h"

namespace lengthwise {

struct TuneInput {
  InputOptions documents;
  std::string queries;
  std::string task;
};

void AddTuneInput(CLI::App& command, TuneInput& input);

void AddPlaces(const TuneInput& input, CommandPlaces& places);

// Throws kBadInput for what contradicts, as wrong usage, and as ReadDocuments and ReadTask. Prints what is
// dubious.
RetrievalTask ReadTuneInput(const TuneInput& input);

// What a report is about.
struct ReportInput {
  std::vector<Document> documents;  // that are measured
  RetrievalTask tuning;             // as Tune takes it
  std::optional<Task> task;         // that the repair is proven on
};

// Documents of --input, or of --task; tuned by --queries, or by the task's judged queries, or by none. Throws
// kBadInput as ReadTuneInput.
ReportInput ReadReportInput(const TuneInput& input);

// --vectors and --english-stems.
void AddTuneOptions(CLI::App& command, TuneOptions& options);

// Refuses options that say how long texts are read or what is done to vectors, which `command` chooses.
void CheckNoRepairOfTexts(const ModelOptions& model, const std::string& command);

}  // namespace lengthwise
