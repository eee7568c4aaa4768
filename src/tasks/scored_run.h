// A run of a task: one way of embedding its texts (or of searching without), and what it scored.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lengthwise/post_process.h"
#include "statistics/bootstrap.h"
#include "tasks/length_buckets.h"
#include "tasks/query_mean.h"

namespace lengthwise {

enum class RunKind { kModel, kStatic, kBm25 };
const char* RunKindName(RunKind kind);  // "model", "static", "bm25"

// Which texts a temperature applies to; the others keep the model's.
enum class Side { kBoth, kDocuments, kQueries };
const char* SideName(Side side);  // "both", "documents", "queries"

// What a run does differently from the base run; all absent: the base run itself.
struct RunDescription {
  RunKind kind = RunKind::kModel;
  // Of every head, on one side or both.
  std::optional<double> temperature;
  Side side = Side::kBoth;
  // Documents cut to so many tokens.
  std::optional<std::size_t> cut;
  // Documents in windows of so many tokens. The score of a document is that of the mean of its windows'
  // vectors
  // (`best` absent), or the mean score of so many of its best windows.
  std::optional<std::size_t> window;
  std::optional<std::size_t> best;
  std::optional<PostProcessSpec> post_process;
  std::optional<QueryMean> query_mean;  // absent: the mean of all queries that the fit may see
  std::optional<std::size_t> csls;      // neighbours
  // Post-processing and CSLS are fitted to neither half of the documents nor the query.
  bool held_out = false;
  std::string
      corpus;  // of the task's other corpora: the same content at another length; empty: the task's own

  bool operator==(const RunDescription&) const = default;
  // Whether nothing but the temperature differs.
  bool IsSwept() const { return temperature && !cut && !window && !post_process && !csls && corpus.empty(); }
};

// "model", "bm25", "temperature 0.8 documents", "window-max 128 best 3 whiten:0.3 held out", ...
std::string RunName(const RunDescription& description);

struct UnitMetric {
  std::string name;  // as MTEB names it
  UnitScore score;
  bool resampled = true;  // false: resampling units would bias it, so it has no interval
};

// How documents of one length are served by a ranking.
struct DocumentShare {
  std::size_t from = 0, to = 0;
  double corpus = 0;     // share of the documents
  double relevant = 0;   // of the judgements that are relevant
  double retrieved = 0;  // of the first ten of all queries
};

// How alike the embeddings of texts of one length are.
struct BucketCosine {
  std::size_t from = 0, to = 0;
  std::size_t documents = 0;
  std::optional<double> cosine;  // mean over pairs
};

struct ScoredRun {
  RunDescription description;
  std::vector<UnitMetric> metrics;  // the first is the task's main metric
  // The main metric of every unit, where it is a mean of these; else empty.
  std::vector<double> values;
  std::vector<DocumentShare> shares;  // retrieval alone
  std::vector<BucketCosine> cosines;  // of the documents or texts; empty without embeddings
};

}  // namespace lengthwise
