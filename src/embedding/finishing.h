// What happens to a pooled vector: the modules that the model folder names, then the repair's
// post-processing.
#pragma once

#include <span>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "lengthwise/post_process.h"

namespace lengthwise {

// The modules after pooling, with their weights.
class VectorModules {
 public:
  // Reads the weights. Throws as ReadDenseWeights, and kBadCheckpoint for a Dense of another size than
  // `dimension`.
  VectorModules(const Checkpoint& checkpoint, std::size_t dimension);

  // Applies them to one pooled vector, in place, as sentence-transformers does.
  void Apply(Role role, std::span<float> vector) const;

  // Whether the vectors that they give to documents and queries differ.
  bool NeedsRole() const;

 private:
  struct Step {
    VectorModuleKind kind = VectorModuleKind::kNormalize;
    DenseWeights document;
    DenseWeights query;  // empty where it is the documents'
  };
  std::vector<Step> steps_;
};

}  // namespace lengthwise
