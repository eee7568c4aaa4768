// A task made ready to be scored.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "embedding/session.h"
#include "lengthwise/evaluation_result.h"
#include "lengthwise/task.h"
#include "search/matching.h"
#include "search/vector_set.h"
#include "tasks/held_out.h"
#include "tasks/length_buckets.h"
#include "tasks/scored_run.h"
#include "tasks/unit_clusters.h"

namespace lengthwise {

// The texts of a task on two sides (the second may be empty), and how their vectors become scores.
struct PreparedTask {
  // Of a retrieval task with `held_out`, as MatchDocuments has it.
  using Score = std::function<ScoredRun(const TaskVectors& vectors, const Matching& matching,
                                        std::optional<std::span<const std::uint8_t>> held_out)>;

  std::vector<std::string> documents;
  std::vector<std::size_t> document_tokens;  // whole texts, special tokens included
  std::vector<std::string> queries;
  std::vector<std::size_t> query_tokens;
  bool sides = false;  // whether documents and queries may be embedded in different ways
  Clusters document_clusters;
  std::vector<HeldOutSplit> held_out;  // a retrieval task's, one a draw

  struct Scorer {
    TaskResult result;  // all but runs and what is told from them
    std::vector<std::string> ids;
    Clusters clusters;  // of the units
    std::vector<UnitLengths> lengths;
    Score score;
    std::vector<ScoredRun> extra;  // runs without vectors
  };
  std::vector<Scorer> scorers;

  // Of retrieval alone, where there is one scorer.
  struct Other {
    std::string name;
    std::vector<std::string> documents;
    std::vector<std::size_t> document_tokens;
    Score score;
  };
  std::vector<Other> others;
  // Stand-ins for queries, made of the documents: rows [offsets[d], offsets[d + 1]) are of document d.
  std::vector<std::string> pseudo_queries;
  std::vector<std::size_t> pseudo_offsets;
};

struct PrepareOptions {
  std::uint64_t seed = 1;             // of what a scorer draws, and of pseudo-queries
  bool ignore_identical_ids = false;  // RetrievalScorer
  Bm25Options bm25;
  bool pseudo_queries = false;  // whether they are needed
};

// Borrows `task` and `base`, which gives the lengths in tokens and the threads.
PreparedTask PrepareTask(const Task& task, const Session& base, const PrepareOptions& options);

}  // namespace lengthwise
