#include "theory/run.h"

#include <algorithm>
#include <mutex>

#include "theory/verdicts.h"

namespace lengthwise {
namespace {

constexpr std::size_t kProgressParts = 1000;

void RunTasks(std::vector<TheoryTask>& tasks, ThreadPool& pool, const Progress& progress) {
  // The longest first, so that no thread is left with one at the end.
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const TheoryTask& a, const TheoryTask& b) { return a.cost > b.cost; });
  double total = 0;
  for (const TheoryTask& task : tasks) total += task.cost;
  double done = 0;
  std::mutex mutex;
  pool.For(tasks.size(), [&](std::size_t i, std::size_t) {
    tasks[i].run();
    if (!progress) return;
    const std::lock_guard lock(mutex);
    done += tasks[i].cost;
    progress(static_cast<std::size_t>(done / total * kProgressParts + 0.5), kProgressParts);
  });
}

}  // namespace

TheoryRun RunTheory(const TheoryOptions& options, ThreadPool& pool, const Progress& progress) {
  CheckTheoryOptions(options);
  FilterRateExperiment filter_rate(options);
  RepeatedExperiment repeated(options);
  InequalityExperiment inequality(options);
  CosineExperiment cosine(options);
  std::vector<TheoryTask> tasks;
  filter_rate.AddTasks(tasks);
  repeated.AddTasks(tasks);
  inequality.AddTasks(tasks);
  cosine.AddTasks(tasks);
  RunTasks(tasks, pool, progress);
  TheoryRun result;
  result.options = options;
  result.filter_rate = filter_rate.Result();
  result.repeated = repeated.Result();
  result.inequality = inequality.Result();
  result.cosine = cosine.Result();
  result.verdicts = JudgeTheory(result);
  return result;
}

}  // namespace lengthwise
