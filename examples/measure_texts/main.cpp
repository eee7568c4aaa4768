// Prints how alike a model's embeddings of texts are by length, and what that means: measure_texts
// MODEL_FOLDER FILE
#include <iomanip>
#include <iostream>

#include "lengthwise/documents.h"
#include "lengthwise/embedder.h"
#include "lengthwise/measure.h"
#include "lengthwise/model.h"
#include "lengthwise/report.h"

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const lengthwise::Model model = lengthwise::Model::Load(argv[1]);
  const lengthwise::Embedder embedder(model);
  const auto documents = [&](const lengthwise::DocumentCallback& callback) {
    lengthwise::ForEachDocument({.path = argv[2]}, callback);
  };
  lengthwise::MeasureOptions options;
  options.resampling.replicates = 200;
  const lengthwise::MeasureResult result = lengthwise::Measure(embedder, documents, options);

  std::cout << std::fixed << std::setprecision(4);
  for (const lengthwise::ArmResult& arm : result.arms) {
    if (arm.sequences != lengthwise::SequenceKind::kTruncated) continue;
    if (arm.vectors != lengthwise::VectorKind::kModel) continue;
    for (const lengthwise::BucketResult& bucket : arm.buckets)
      std::cout << bucket.bucket.to << " tokens: cosine " << *bucket.cosine.estimate << '\n';
  }
  std::cout << lengthwise::Describe(result.document).answer << '\n';
} catch (const lengthwise::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
