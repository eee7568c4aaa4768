// What an evaluation found out about a task.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "statistics/interval.h"
#include "tasks/collapse_prediction.h"
#include "tasks/length_buckets.h"
#include "tasks/scored_run.h"

namespace lengthwise {

struct MetricScore {
  std::string name;
  Interval score;
};

// The main metric in a bucket of units.
struct BucketScore {
  std::size_t from = 0, to = 0;
  double length = 0;  // mean, in tokens
  std::size_t count = 0;
  Interval score;
  std::optional<Interval> difference;  // from the base run, paired; absent for the base run
};

struct BucketedScores {
  std::string length_of;
  BucketKind kind = BucketKind::kFixed;
  std::vector<BucketScore> buckets;
};

// A run against the base run, unit by unit.
struct RunComparison {
  Interval difference;  // of the main metric, paired
  // Of units, where the main metric is a mean of them: rescued units score above 0 in this run and 0 in the
  // base run, lost ones the other way round.
  bool by_unit = false;
  std::size_t better = 0, worse = 0;
  std::vector<std::string> rescued, lost;
};

struct RunResult {
  RunDescription description;
  std::vector<MetricScore> metrics;  // the first is the main one
  std::vector<BucketedScores> by_length;
  std::optional<RunComparison> comparison;  // absent for the base run
  std::vector<DocumentShare> shares;
  std::vector<BucketCosine> cosines;
};

// The difference from the base run by temperature, with intervals that hold together
// (SimultaneousDifferences).
struct SweepCurve {
  Side side = Side::kBoth;
  // All units, or those of a bucket.
  std::optional<std::size_t> from, to;
  std::string length_of;  // empty: all units
  std::size_t count = 0;
  std::vector<double> temperatures;
  std::vector<Interval> differences;
};

// The best temperature of one half of the units, 1 among the candidates, and what it does to the other half.
struct SweepChoice {
  Side side = Side::kBoth;
  double temperature = 1;
  double validation_difference = 0;  // on the half that chose, so flattered
  std::size_t validation_units = 0;
  Interval test_difference;  // on the other half
  std::size_t test_units = 0;
};

struct Sweep {
  std::vector<SweepCurve> curves;
  std::vector<SweepChoice> choices;  // two a side: each half chooses once
};

// Scores with the task's own corpus less scores with the other one, query by query.
struct CorpusComparison {
  std::string corpus;  // name of the other one
  std::size_t documents = 0;
  double length = 0;      // mean, in tokens
  double own_length = 0;  // of the task's own
  Interval model;
  // BM25 has the same documents to choose from: what it loses is the difficulty of the corpus, not collapse.
  Interval bm25;
  Interval excess;  // model less bm25
};

struct TaskResult {
  std::string task;
  std::string folder;
  std::string kind;  // "retrieval", "classification", "clustering", "similarity"
  std::size_t documents = 0;
  std::size_t units = 0;        // what is resampled
  std::string unit;             // "query", "text", "pair"
  std::vector<RunResult> runs;  // the first is the base run: the model as it is, or with the repair given
  std::optional<Sweep> sweep;
  std::optional<CollapsePrediction> collapse;
  std::vector<CorpusComparison> corpora;
  std::vector<std::string> notes;
};

}  // namespace lengthwise
