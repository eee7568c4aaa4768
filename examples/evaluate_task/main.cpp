// Prints what a model's embeddings score in a task by length, and what that means: evaluate_task MODEL_FOLDER
// TASK_FOLDER
#include <iomanip>
#include <iostream>
#include <vector>

#include "lengthwise/embedder.h"
#include "lengthwise/evaluate.h"
#include "lengthwise/model.h"
#include "lengthwise/report.h"
#include "lengthwise/task.h"

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const lengthwise::Embedder embedder(lengthwise::Model::Load(argv[1]));
  lengthwise::EvaluationOptions options;
  options.resampling.replicates = 200;
  const std::vector<lengthwise::TaskResult> results =
      lengthwise::EvaluateTask(lengthwise::ReadTask(argv[2]), embedder, options);

  std::cout << std::fixed << std::setprecision(4);
  for (const lengthwise::TaskResult& result : results) {
    const lengthwise::RunResult& base = result.runs.front();
    const std::string_view metric = lengthwise::MetricTitle(base.metrics.front().name);
    for (const lengthwise::BucketedScores& group : base.by_length) {
      if (group.kind != lengthwise::BucketKind::kFixed) continue;
      for (const lengthwise::BucketScore& bucket : group.buckets) {
        std::cout << group.length_of << " of " << bucket.from << " to " << bucket.to << " tokens: " << metric
                  << ' ';
        if (bucket.score.estimate) {
          std::cout << *bucket.score.estimate << '\n';
        } else {
          std::cout << "not defined\n";
        }
      }
    }
  }
  std::cout << lengthwise::Describe(lengthwise::EvaluationDocument(results, embedder, options)).answer
            << '\n';
} catch (const lengthwise::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
