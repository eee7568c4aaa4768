// What happens to a pooled vector: the modules that the model folder names, then the repair's
// post-processing.
#pragma once

#include <cstddef>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "lengthwise/post_process.h"

namespace lengthwise {

// The modules after pooling, with their weights.
class VectorModules {
 public:
  // Reads the weights. Throws as ReadDenseWeights, and kBadCheckpoint for a module that takes vectors of
  // another size than those before it give, of which the model's token states have `hidden` components.
  VectorModules(const Checkpoint& checkpoint, std::size_t hidden);

  // Applies them to one pooled vector, as sentence-transformers does.
  void Apply(Role role, std::vector<float>* vector) const;

  // Components of what they give.
  std::size_t dimension() const { return dimension_; }

  // Whether the vectors that they give to documents and queries differ.
  bool NeedsRole() const;

 private:
  struct Step {
    VectorModuleKind kind = VectorModuleKind::kNormalize;
    DenseWeights document;
    DenseWeights query;  // empty where it is the documents'
    LayerNormWeights norm;
  };
  std::size_t dimension_;
  std::vector<Step> steps_;
};

}  // namespace lengthwise
