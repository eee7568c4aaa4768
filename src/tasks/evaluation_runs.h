// The runs of an evaluation: a task's texts embedded, processed and matched in every way asked for, and
// scored.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "embedding/session.h"
#include "search/vector_set.h"
#include "tasks/collapse_prediction.h"
#include "tasks/evaluate.h"
#include "tasks/post_processed.h"
#include "tasks/prepared_task.h"
#include "tasks/run_plan.h"
#include "tasks/scored_run.h"
#include "tasks/text_vectors.h"

namespace lengthwise {

class EvaluationRuns {
 public:
  // Borrows all.
  EvaluationRuns(const PreparedTask& prepared, const Session& base, const EvaluationOptions& options,
                 const Progress& progress);

  // The base run first, runs without vectors last; by scorer of the prepared task.
  std::vector<std::vector<ScoredRun>> Run();

  // What the runs came upon, and whoever reads them should know.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  // What the vectors of a run depend on before they are fitted to.
  struct Reading {
    std::optional<float> temperature;
    std::optional<std::size_t> cut;
    std::size_t window = 0, stride = 0;
    bool operator==(const Reading&) const = default;
    bool IsBase() const { return *this == Reading{}; }
  };
  static Reading ReadingOf(const RunDescription& run);
  // Which texts a run embeds anew.
  struct Needs {
    bool documents = false, queries = false;
  };
  Needs NeedsOf(const RunDescription& run) const;
  std::size_t CountTexts(std::span<const RunDescription> plan) const;

  EmbedderOptions OptionsOf(const Reading& reading) const;
  // With the task's progress and cache; `embed` gives one row a text, or its windows'.
  VectorSet Embed(const Session& embedder, std::span<const std::string> texts, Role role,
                  decltype(&EmbedTexts) embed = &EmbedTexts);
  // Where there are no two sides, the second text of a pair is as much a document as the first.
  Role QueryRole() const { return prepared_.sides ? Role::kQuery : Role::kDocument; }

  // A fit to the vectors of a reading.
  struct Fit {
    std::optional<PostProcessSpec> spec;
    std::optional<QueryMean> query_mean;
    bool operator==(const Fit&) const = default;
  };
  // The vectors of a reading on the sides that it applies to, and those of the last fit to them.
  struct ReadVectors {
    Side side = Side::kBoth;
    TaskVectors vectors;
    std::unique_ptr<TaskFit> fits;
    bool within_of_windows = false;  // of `fits`: of whole documents beside windows
    Fit fitted;
    TaskVectors processed;
  };

  // The vectors of a run in three steps: as embedded, post-processed, and with a document's windows made what
  // the run matches. What a step gives is kept until a run needs another.
  ReadVectors& Read(const RunDescription& run);
  TaskFit& FitsOf(const RunDescription& run, ReadVectors& read);
  const TaskVectors& Processed(const RunDescription& run);
  VectorSet Shaped(const LongInput& policy, const VectorSet& windows,
                   std::span<const std::size_t> tokens) const;

  TaskVectors Shaped(const RunDescription& run, const TaskVectors& vectors) const;

  void Score(const RunDescription& run);
  void ScoreHeldOut(const RunDescription& run);
  void ScoreVectors(const RunDescription& run, const TaskVectors& vectors);
  DocumentCosines CosinesOf(const RunDescription& run, const VectorSet& documents) const;
  void ScoreOthers();

  const PreparedTask& prepared_;
  const Session& base_;
  const EvaluationOptions& options_;
  const Progress& progress_;
  VectorSet pseudo_;  // rows by document
  std::unique_ptr<ReadVectors> base_vectors_;
  // Of the last reading that is not the base run's; a side that no run has needed yet is empty.
  Reading reading_;
  std::unique_ptr<Session> session_;
  TaskVectors embedded_;
  std::unique_ptr<ReadVectors> read_;
  std::vector<std::vector<ScoredRun>> runs_;  // by scorer
  std::vector<std::string> notes_;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
};

}  // namespace lengthwise
