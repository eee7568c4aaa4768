#include "repair/fold_attention.h"

#include <array>
#include <cstddef>

#include "base/fail.h"

namespace lengthwise {
namespace {

std::vector<float> Read(const Checkpoint& checkpoint, const std::string& name,
                        std::span<const std::size_t> shape) {
  const Tensor& tensor = checkpoint.weights.Get(name, shape);
  std::vector<float> values(tensor.size());
  tensor.Read(0, values);
  return values;
}

// The temperature of a head, which must be the same in all layers.
float TemperatureOfTable(const AttentionPolicy& policy, const ModelSpec& spec, std::size_t head) {
  const float temperature = policy.Temperature(0, head);
  for (std::size_t layer = 1; layer < spec.layers; ++layer) {
    if (policy.Temperature(layer, head) == temperature) continue;
    Fail(ErrorCode::kUnsupported,
         "head {} has temperature {} in layer 0 and {} in layer {}, but the layers share one table of "
         "position "
         "biases ({}), which can be divided by one of them alone: this cannot be folded. Give each head one "
         "temperature in all layers, or take the reading \"logits\", which leaves the biases as they are",
         head, temperature, policy.Temperature(layer, head), layer, spec.relative_bias);
  }
  return temperature;
}

void CheckConstant(const AttentionPolicy& policy) {
  const char* const varying = !policy.by_length.IsIdentity() ? "a temperature by length"
                              : policy.HasAttnScale()        ? "AttnScale"
                              : policy.top_k > 0             ? "top-k attention"
                                                             : nullptr;
  if (varying == nullptr) return;
  Fail(
      ErrorCode::kUnsupported,
      "{} depends on the text, and so cannot be folded into weights; take it out of the repair, or serve the "
      "model with lengthwise",
      varying);
}

}  // namespace

std::map<std::string, std::vector<float>> FoldAttention(const Checkpoint& checkpoint, const ModelSpec& spec,
                                                        const AttentionPolicy& policy) {
  policy.Check(spec.layers, spec.heads);
  std::map<std::string, std::vector<float>> changed;
  CheckConstant(policy);
  if (policy.IsIdentity()) return changed;
  const std::size_t head_size = spec.head_size();
  for (std::size_t layer = 0; layer < spec.layers; ++layer) {
    const WeightNames& names = spec.layer_names[layer].query;
    std::vector<float> weight = Read(checkpoint, names.weight, std::array{spec.hidden, spec.hidden});
    std::vector<float> bias = Read(checkpoint, names.bias, std::array{spec.hidden});
    for (std::size_t row = 0; row < spec.hidden; ++row) {
      const float temperature = policy.Temperature(layer, row / head_size);
      bias[row] /= temperature;
      for (std::size_t column = 0; column < spec.hidden; ++column) {
        weight[row * spec.hidden + column] /= temperature;
      }
    }
    changed[names.weight] = std::move(weight);
    changed[names.bias] = std::move(bias);
  }
  if (spec.relative_buckets > 0 && policy.reading == TemperatureReading::kScores) {
    std::vector<float> table =
        Read(checkpoint, spec.relative_bias, std::array{spec.relative_buckets, spec.heads});
    for (std::size_t head = 0; head < spec.heads; ++head) {
      const float temperature = TemperatureOfTable(policy, spec, head);
      for (std::size_t bucket = 0; bucket < spec.relative_buckets; ++bucket) {
        table[bucket * spec.heads + head] /= temperature;
      }
    }
    changed[spec.relative_bias] = std::move(table);
  }
  return changed;
}

}  // namespace lengthwise
