// Evaluating a task: its texts embedded in every way asked for, scored, compared.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "collapse/arm_result.h"
#include "embedding/embedder_impl.h"
#include "tasks/scored_run.h"
#include "tasks/task.h"
#include "tasks/task_result.h"

namespace lengthwise {

struct EvaluationOptions {
  ResamplingOptions resampling;
  // Runs beside the base run: every temperature on every side (of a task without queries: on all texts,
  // once).
  std::vector<float> temperatures;
  std::vector<Side> sides = {Side::kBoth};
  bool static_control = false;
};

// The model as the base run has it, but for the attention temperature of every head.
using EmbedderAt = std::function<std::unique_ptr<EmbedderImpl>(float temperature)>;

// Texts embedded, and to be embedded in all, of this task.
using EvaluationProgress = std::function<void(std::size_t done, std::size_t total)>;

// A folder with labels gives two results, classification and clustering; another one. The first run is `base`
// as it is. The same task, options and model give the same result at any number of threads. Throws kBadInput.
std::vector<TaskResult> EvaluateTask(const Task& task, const EmbedderImpl& base,
                                     const EmbedderAt& embedder_at, const EvaluationOptions& options,
                                     const EvaluationProgress& progress = {});

}  // namespace lengthwise
