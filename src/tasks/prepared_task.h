// A task made ready to be scored.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "embedding/embedder_impl.h"
#include "tasks/length_buckets.h"
#include "tasks/scored_run.h"
#include "tasks/task.h"
#include "tasks/task_result.h"
#include "tasks/vector_set.h"

namespace lengthwise {

// The texts of a task on two sides (the second may be empty), and how their vectors become scores.
struct PreparedTask {
  std::vector<std::string> documents;
  std::vector<std::size_t> document_tokens;  // whole texts, special tokens included
  std::vector<std::string> queries;
  bool sides = false;  // whether documents and queries may be embedded in different ways

  struct Scorer {
    TaskResult result;  // all but runs and sweep
    std::vector<std::string> ids;
    std::vector<UnitLengths> lengths;
    std::function<ScoredRun(const VectorSet& documents, const VectorSet& queries)> score;
    std::vector<ScoredRun> extra;  // runs without vectors
  };
  std::vector<Scorer> scorers;
};

// Borrows `task` and `base`, which gives the lengths in tokens and the threads. `seed` draws what a scorer
// draws.
PreparedTask PrepareTask(const Task& task, const EmbedderImpl& base, std::uint64_t seed);

}  // namespace lengthwise
