#include "embedding/finishing.h"

#include "base/fail.h"
#include "embedding/pooling.h"
#include "math/rows.h"

namespace lengthwise {
namespace {

DenseWeights ReadWeights(const Checkpoint& checkpoint, const std::filesystem::path& module,
                         std::size_t dimension) {
  DenseWeights dense = ReadDenseWeights(checkpoint.folder, module);
  if (dense.dimension != dimension) {
    Fail(ErrorCode::kBadCheckpoint, "{}: the module takes {} inputs, but the model's vectors have {}",
         (checkpoint.folder / module).string(), dense.dimension, dimension);
  }
  return dense;
}

void ApplyDense(const DenseWeights& dense, std::span<float> vector) {
  const std::vector<float> x(vector.begin(), vector.end());
  for (std::size_t i = 0; i < vector.size(); ++i) {
    vector[i] = Dot(dense.weight.data() + i * x.size(), x.data(), x.size()) + dense.bias[i];
  }
}

}  // namespace

VectorModules::VectorModules(const Checkpoint& checkpoint, std::size_t dimension) {
  for (const VectorModule& module : checkpoint.vector_modules) {
    Step& step = steps_.emplace_back();
    step.kind = module.kind;
    if (module.kind == VectorModuleKind::kNormalize) continue;
    step.document = ReadWeights(checkpoint, module.document, dimension);
    if (module.query != module.document) step.query = ReadWeights(checkpoint, module.query, dimension);
  }
}

void VectorModules::Apply(Role role, std::span<float> vector) const {
  for (const Step& step : steps_) {
    if (step.kind == VectorModuleKind::kNormalize) {
      NormalizeVector(vector);
    } else {
      ApplyDense(role == Role::kQuery && step.query.dimension > 0 ? step.query : step.document, vector);
    }
  }
}

bool VectorModules::NeedsRole() const {
  for (const Step& step : steps_) {
    if (step.query.dimension > 0) return true;
  }
  return false;
}

}  // namespace lengthwise
