// The runs of an evaluation: a task's texts embedded, processed and matched in every way asked for, and
// scored.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "embedding/session.h"
#include "search/vector_set.h"
#include "tasks/evaluate.h"
#include "tasks/prepared_task.h"
#include "tasks/scored_run.h"
#include "tasks/text_vectors.h"

namespace lengthwise {

class EvaluationRuns {
 public:
  // Borrows all three.
  EvaluationRuns(const PreparedTask& prepared, const EvaluationOptions& options,
                 const EvaluationProgress& progress);

  // The base run first, runs without vectors last; by scorer of the prepared task.
  std::vector<std::vector<ScoredRun>> Run(const Session& base, const EmbedderFor& embedder_for) &&;

 private:
  using Show = std::function<void(const RunDescription& about, const TaskVectors& vectors)>;

  // Whether a run of the sweep embeds the texts of this side anew.
  bool Needs(Side texts) const;
  std::size_t Texts(bool documents, bool queries) const;
  // With the task's progress and cache; `embed` gives one row a text, or its windows'.
  VectorSet Embed(const Session& embedder, std::span<const std::string> texts, Role role,
                  decltype(&EmbedTexts) embed = &EmbedTexts);
  // Where there are no two sides, the second text of a pair is as much a document as the first.
  Role QueryRole() const { return prepared_.sides ? Role::kQuery : Role::kDocument; }

  // The vectors with every post-processing, fitted whole and held out.
  void ForEachPostProcess(const RunDescription& about, const TaskVectors& vectors, const Show& show) const;
  void RunBase(const TaskVectors& vectors);
  void RunTemperature(float temperature, const Session& embedder, const TaskVectors& base);
  void RunWindow(std::size_t window, const Session& embedder, const TaskVectors& base);
  void RunOthers(const Session& base, const TaskVectors& vectors);
  void ScoreCsls(RunDescription about, const TaskVectors& vectors);
  void Score(const RunDescription& about, const TaskVectors& vectors);

  const PreparedTask& prepared_;
  const EvaluationOptions& options_;
  const EvaluationProgress& progress_;
  std::vector<Side> sides_;
  VectorSet pseudo_;                          // rows by document
  std::vector<std::vector<ScoredRun>> runs_;  // by scorer
  std::size_t done_ = 0;
  std::size_t total_ = 0;
};

}  // namespace lengthwise
