// A run of a task: one way of embedding its texts (or of searching without), and what it scored.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lengthwise/evaluation_result.h"
#include "lengthwise/run.h"
#include "statistics/bootstrap.h"

namespace lengthwise {

struct UnitMetric {
  std::string name;  // as MTEB names it
  UnitScore score;
  bool resampled = true;  // false: resampling units would bias it, so it has no interval
};

struct ScoredRun {
  RunDescription description;
  std::vector<UnitMetric> metrics;  // the first is the task's main metric
  // The main metric of every unit, where it is a mean of these; else empty.
  std::vector<double> values;
  std::vector<DocumentShare> shares;  // retrieval alone
  std::vector<BucketCosine> cosines;  // of the documents or texts; empty without embeddings
  // By document: its mean cosine with the others of its bucket, of which the bucket's cosine is the mean.
  std::vector<double> document_cosines;
};

}  // namespace lengthwise
