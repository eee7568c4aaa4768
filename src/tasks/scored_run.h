// A run of a task: one way of embedding its texts (or of searching without), and what it scored.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tasks/bootstrap.h"
#include "tasks/length_buckets.h"

namespace lengthwise {

enum class RunKind { kModel, kStatic, kBm25 };
const char* RunKindName(RunKind kind);  // "model", "static", "bm25"

// Which texts a temperature applies to; the others keep the model's.
enum class Side { kBoth, kDocuments, kQueries };
const char* SideName(Side side);  // "both", "documents", "queries"

struct RunDescription {
  std::string name;
  RunKind kind = RunKind::kModel;
  // Of the sweep; absent for other runs.
  std::optional<double> temperature;
  Side side = Side::kBoth;
};

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
