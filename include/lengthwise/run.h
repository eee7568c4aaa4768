// What a run of an evaluation does: a change of the repair, how vectors are matched, and what it applies to.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "lengthwise/long_input.h"
#include "lengthwise/matching.h"
#include "lengthwise/post_process.h"
#include "lengthwise/query_mean.h"

namespace lengthwise {

enum class RunKind { kModel, kStatic, kBm25 };
const char* RunKindName(RunKind kind);  // "model", "static", "bm25"

// Which texts a temperature applies to; the others keep the model's.
enum class Side { kBoth, kDocuments, kQueries };
const char* SideName(Side side);  // "both", "documents", "queries"

// What is changed of the base run's repair; what is absent stays as it is.
struct RepairChange {
  std::optional<float> temperature;     // of every head, on one side or both
  std::optional<LongInput> long_input;  // of documents, or of a task without queries texts
  // Fitted to the task's own texts; with windows to windows, and applied to each.
  std::optional<PostProcessSpec> post_process;
  std::optional<QueryMean> query_mean;  // absent: the mean of all queries that the fit may see

  bool operator==(const RepairChange&) const = default;
};

// The default is the base run itself.
struct RunDescription {
  RunKind kind = RunKind::kModel;
  RepairChange repair;
  Side side = Side::kBoth;
  std::optional<std::size_t> cut;  // documents cut to so many tokens
  Matching matching;
  // No document and no query is processed by a fit that has seen it: each half of the documents by the one to
  // the other half; the mean of several draws of halves.
  bool held_out = false;
  std::string corpus;  // of the task's other corpora: the same content at another length; empty: the own

  bool operator==(const RunDescription&) const = default;
  // Whether nothing but the temperature differs.
  bool IsSwept() const;
};

// "model", "bm25", "temperature 0.8 documents", "window-max 128 best 3 whiten:0.3 held out", ...
std::string RunName(const RunDescription& description);

}  // namespace lengthwise
