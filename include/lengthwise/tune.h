// Choosing a repair for an owner's own documents and queries, judged or not.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lengthwise/embedder.h"
#include "lengthwise/evaluation_options.h"
#include "lengthwise/evaluation_result.h"
#include "lengthwise/position_map.h"
#include "lengthwise/progress.h"
#include "lengthwise/repair.h"
#include "lengthwise/resampling.h"
#include "lengthwise/task.h"

namespace lengthwise {

class VectorCache;

// Fewer queries say nothing.
inline constexpr std::size_t kLeastTuneQueries = 5;
// Words that match (BM25) judge queries that nobody judged where they put the same document first as the best
// window does for more than this share of the queries; where they do not, the queries cannot tell.
inline constexpr double kLeastAgreement = 0.1;
// Several vectors a document take several times the room: less than this gain in nDCG@10 is not worth it.
inline constexpr double kWorthSeveralVectors = 0.03;
inline constexpr std::size_t kMapDocuments = 500;

struct TuneOptions {
  ResamplingOptions resampling;  // the seed also draws the half of judged queries that chooses
  std::size_t vectors = 8;       // the most of a document where several are tried; at least 2
  bool english_stems = false;    // BM25 reads words by their English stems
  // Also how far, and with which positions, a checkpoint for any server is to read in one pass: tried beside
  // the model's own length as far as its positions reach, each of which embeds everything anew.
  bool one_pass = false;
  VectorCache* cache = nullptr;  // borrowed
  std::vector<std::string> command;
};

// What a way of searching takes, from the least.
enum class CostClass {
  kModel,           // the model as it is
  kCheckpoint,      // one vector of one pass: folded into a checkpoint, any server has it
  kOneVector,       // one vector made of all windows
  kSeveralVectors,  // several vectors a document
  kWithBm25,        // an index of words beside the vectors
};
const char* CostClassName(
    CostClass cost);  // "model", "checkpoint", "one_vector", "several_vectors", "with_bm25"

struct TuneCost {
  double vectors = 0;           // of a document, the mean
  double bytes = 0;             // of these, in float32
  double tokens = 0;            // that a document has the model read, the mean
  double seconds_document = 0;  // to embed it: tokens by the speed measured on a few windows here
  double seconds_query = 0;     // to score all documents, exact search
};

struct TuneCandidate {
  std::string title;  // in words: "the recipe, one vector"
  CostClass cost_class = CostClass::kModel;
  PositionMap positions;       // of a pass
  std::size_t max_length = 0;  // tokens that a pass reads at most; 0: all, in windows
  TuneCost cost;
  // With nDCG@10 and its difference from the model as it is; without numbers where the queries cannot judge
  // it: without queries, and of BM25, which judges queries that nobody judged.
  RunResult run;
};

// A document on the map: where it lies along the two directions in which documents vary most, as the model
// gives them and as the repair does.
struct MapPoint {
  std::string id;
  std::size_t tokens = 0;
  float before[2] = {0, 0};
  float after[2] = {0, 0};
};

// What a checkpoint for any server is to hold.
struct TuneOnePass {
  std::size_t candidate = 0;
  Interval gain;  // over the model as it is
  Repair repair;  // for ExportModel, with the candidate's max_length as the folder's limit
};

enum class TuneAnswer {
  kNothingToRepair,  // no document is longer than a window
  kRepair,           // the queries show a gain
  kNotShown,         // they show none, and no loss
  kKeep,             // they show that every repair loses
  kCannotTell,       // BM25 and the best window disagree on nearly every query
  kNoQueries,        // the recipe, which helped with every model and text tried
};
// "nothing_to_repair", "repair", "not_shown", "keep", "cannot_tell", "no_queries"
const char* TuneAnswerName(TuneAnswer answer);

struct TuneResult {
  TuneAnswer answer = TuneAnswer::kNoQueries;
  std::size_t chosen = 0;                 // of the candidates
  std::vector<TuneCandidate> candidates;  // the first is the model as it is
  // Of the one chosen over the model as it is: of judged queries on the half that did not choose.
  Interval gain;
  Repair repair;  // with the embedder's attention and positions; without long input to keep the model

  std::size_t window = 0;  // tokens of one
  std::size_t limit = 0;   // the length in force
  std::size_t documents = 0;
  std::size_t beyond_window = 0;  // documents with more tokens than a window
  std::size_t beyond_limit = 0;   // than the length in force
  double unread = 0;              // share of all tokens that lie beyond it
  std::size_t queries = 0;        // that were used
  bool judged = false;
  std::optional<double> agreement;  // of BM25 and the best window on the first document; of unjudged queries
  double known_words = 1;           // share of the queries' words that any document holds
  // Where it was asked for, and one could be fitted.
  std::optional<TuneOnePass> one_pass;
  std::vector<MapPoint> map;  // of at most kMapDocuments, evenly spaced in the input
  std::vector<std::string> notes;
};

// `task`: documents and queries; without judgements, queries that nobody judged; without queries, documents
// alone. `base`: the model, which truncates and has no post-processing. The same result at any number of
// threads and whatever the cache held, but for the seconds. Progress is in texts. Throws kBadInput for one
// document, for fewer than kLeastTuneQueries queries and for options that contradict; as EvaluateTask; and
// kCancelled.
TuneResult Tune(const RetrievalTask& task, const Embedder& base, const TuneOptions& options,
                const Progress& progress = {});

// How an evaluation of a task with judgements tries what was tuned: windows, the recipe and several vectors
// with its whitening, held out too; with the same resampling, cache, command and stems.
EvaluationOptions ProofOf(const TuneResult& result, const TuneOptions& options);

// What was found, as docs/tune.schema.json says: JSON.
std::string TuneDocument(const TuneResult& result, const Embedder& base, const TuneOptions& options);

}  // namespace lengthwise
