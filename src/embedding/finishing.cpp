#include "embedding/finishing.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/fail.h"
#include "embedding/pooling.h"
#include "math/rows.h"

namespace lengthwise {
namespace {

void CheckInputs(std::size_t inputs, std::size_t dimension, const Checkpoint& checkpoint,
                 const std::filesystem::path& module) {
  if (inputs == dimension) return;
  Fail(ErrorCode::kBadCheckpoint, "{}: the module takes {} inputs, but the model's vectors have {}",
       (checkpoint.folder / module).string(), inputs, dimension);
}

DenseWeights ReadWeights(const Checkpoint& checkpoint, const std::filesystem::path& module,
                         std::size_t dimension) {
  DenseWeights dense = ReadDenseWeights(checkpoint.folder, module);
  CheckInputs(dense.inputs, dimension, checkpoint, module);
  return dense;
}

float Activated(Activation activation, float x) {
  switch (activation) {
    case Activation::kTanh:
      return std::tanh(x);
    case Activation::kRelu:
      return std::max(x, 0.0F);
    case Activation::kGelu:
      return 0.5F * x * (1 + std::erf(x / std::numbers::sqrt2_v<float>));
    case Activation::kIdentity:
      break;
  }
  return x;
}

void ApplyDense(const DenseWeights& dense, std::vector<float>* vector) {
  const std::vector<float> x = std::exchange(*vector, std::vector<float>(dense.outputs));
  for (std::size_t i = 0; i < dense.outputs; ++i) {
    (*vector)[i] = Activated(dense.activation,
                             Dot(dense.weight.data() + i * x.size(), x.data(), x.size()) + dense.bias[i]);
  }
}

void ApplyLayerNorm(const LayerNormWeights& norm, std::vector<float>* vector) {
  constexpr double kEpsilon = 1e-5;  // of torch.nn.LayerNorm
  const auto size = static_cast<double>(vector->size());
  double mean = 0;
  for (const float value : *vector) mean += double{value} / size;
  double variance = 0;
  for (const float value : *vector) variance += (double{value} - mean) * (double{value} - mean) / size;
  const double scale = 1 / std::sqrt(variance + kEpsilon);
  for (std::size_t i = 0; i < vector->size(); ++i) {
    const double normalized = (double{(*vector)[i]} - mean) * scale;
    (*vector)[i] = static_cast<float>(normalized * double{norm.weight[i]} + double{norm.bias[i]});
  }
}

}  // namespace

VectorModules::VectorModules(const Checkpoint& checkpoint, std::size_t hidden)
    : dimension_(hidden * checkpoint.pooling.size()) {
  for (const VectorModule& module : checkpoint.vector_modules) {
    Step& step = steps_.emplace_back();
    step.kind = module.kind;
    if (module.kind == VectorModuleKind::kLayerNorm) {
      step.norm = ReadLayerNormWeights(checkpoint.folder, module.document);
      CheckInputs(step.norm.weight.size(), dimension_, checkpoint, module.document);
    }
    if (module.kind != VectorModuleKind::kDense) continue;
    step.document = ReadWeights(checkpoint, module.document, dimension_);
    if (module.query != module.document) {
      step.query = ReadWeights(checkpoint, module.query, dimension_);
      if (step.query.outputs != step.document.outputs) {
        Fail(ErrorCode::kUnsupported,
             "{}: vectors of queries have {} components and those of documents {}; supported: as many",
             (checkpoint.folder / module.query).string(), step.query.outputs, step.document.outputs);
      }
    }
    dimension_ = step.document.outputs;
  }
}

void VectorModules::Apply(Role role, std::vector<float>* vector) const {
  for (const Step& step : steps_) {
    switch (step.kind) {
      case VectorModuleKind::kNormalize:
        NormalizeVector(*vector);
        break;
      case VectorModuleKind::kLayerNorm:
        ApplyLayerNorm(step.norm, vector);
        break;
      case VectorModuleKind::kDense:
        ApplyDense(role == Role::kQuery && step.query.inputs > 0 ? step.query : step.document, vector);
        break;
    }
  }
}

bool VectorModules::NeedsRole() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const Step& step) { return step.query.inputs > 0; });
}

}  // namespace lengthwise
