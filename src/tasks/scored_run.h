// A run of a task: one way of embedding its texts (or of searching without), and what it scored.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "statistics/bootstrap.h"
#include "tasks/length_buckets.h"
#include "tasks/run_description.h"

namespace lengthwise {

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
