// What an evaluation found out about a task.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lengthwise/interval.h"
#include "lengthwise/run.h"

namespace lengthwise {

struct MetricScore {
  std::string name;
  Interval score;
};

// "nDCG@10" for "ndcg_at_10", the name that documents and MTEB use; of a name that is not known, itself.
// The page has the same names (web/src/evaluation/metrics.js).
std::string_view MetricTitle(std::string_view key);

enum class BucketKind {
  kFixed,       // up to 32, 33 to 64, 65 to 128, ... tokens: the same for every set and model
  kEqualCount,  // as many units in each as equal lengths allow
};
const char* BucketKindName(BucketKind kind);  // "fixed", "equal_count"

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

struct RunResult {
  RunDescription description;
  std::vector<MetricScore> metrics;  // the first is the main one
  std::vector<BucketedScores> by_length;
  std::optional<RunComparison> comparison;  // absent for the base run
  std::vector<DocumentShare> shares;
  std::vector<BucketCosine> cosines;
};

// The difference from the base run by temperature, with intervals that hold together.
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

// A run in a bucket of length.
struct CollapsePoint {
  std::string run;
  std::size_t from = 0, to = 0;
  std::size_t units = 0;
  double cosine = 0;
  double loss = 0;
  // From the base run in the same bucket; absent for the base run.
  std::optional<double> cosine_change, loss_change;
};

struct CollapsePrediction {
  // "bm25": what BM25 scores on the same units, less the run's score, so that a bucket of hard queries is not
  // taken for collapse. "1": 1 less the score, where there is no BM25.
  std::string loss_against;
  std::vector<CollapsePoint> points;
  // Pearson's correlation of cosine and loss over the base run's buckets, and of their changes from the base
  // run over the other runs' buckets; intervals from resampled units and, drawn apart, resampled documents of
  // each bucket. Absent below three points.
  Interval across_buckets;
  Interval across_changes;
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
  std::size_t units = 0;
  std::string unit;  // "query", "text", "pair"
  // Units that share a cause are resampled together: how many clusters there are, and what one of them is:
  // "given" (in the task's files), "relevant_document" (queries that share one), "text" (equal texts, pairs
  // with a text in common), "both_texts" (a pair is drawn by both of its texts, which these are), "unit":
  // each by itself.
  std::size_t clusters = 0;
  std::string clustered_by = "unit";
  std::vector<RunResult> runs;  // the first is the base run: the model as it is, or with the repair given
  std::optional<Sweep> sweep;
  std::optional<CollapsePrediction> collapse;
  std::vector<CorpusComparison> corpora;
  std::vector<std::string> notes;
};

}  // namespace lengthwise
