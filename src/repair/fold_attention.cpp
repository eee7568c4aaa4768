#include "repair/fold_attention.h"

#include <array>
#include <cstddef>

#include "base/fail.h"
#include "encoder/attention.h"

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
  const char* const varying =
      policy.by_length.IsIdentity() ? BeyondSoftmax(policy) : "a temperature by length";
  if (varying == nullptr) return;
  Fail(
      ErrorCode::kUnsupported,
      "{} depends on the text, and so cannot be folded into weights; take it out of the repair, or serve the "
      "model with lengthwise",
      varying);
}

// Queries divided by their heads' temperatures, in the map that makes them, alone or among others.
void FoldIntoQueries(const Checkpoint& checkpoint, const ModelSpec& spec, const AttentionPolicy& policy,
                     std::size_t layer, std::map<std::string, std::vector<float>>& changed) {
  const WeightNames& names = spec.layer_names[layer].query;
  const std::size_t stored = names.stored > 0 ? names.stored : spec.context_width();
  std::vector<float> weight = Read(checkpoint, names.weight, std::array{stored, spec.hidden});
  std::vector<float> bias;
  if (!names.bias.empty()) bias = Read(checkpoint, names.bias, std::array{stored});
  for (std::size_t row = 0; row < spec.context_width(); ++row) {
    const float temperature = policy.Temperature(layer, row / spec.head_size());
    const std::size_t at = names.first + row;
    if (!bias.empty()) bias[at] /= temperature;
    for (std::size_t column = 0; column < spec.hidden; ++column)
      weight[at * spec.hidden + column] /= temperature;
  }
  changed[names.weight] = std::move(weight);
  if (!bias.empty()) changed[names.bias] = std::move(bias);
}

// The same in the norm behind the map, which would take a scale of it away. Its gains are those of all heads.
void FoldIntoQueryNorm(const Checkpoint& checkpoint, const ModelSpec& spec, const AttentionPolicy& policy,
                       std::size_t layer, std::map<std::string, std::vector<float>>& changed) {
  const float temperature = policy.Temperature(layer, 0);
  for (std::size_t head = 1; head < spec.heads; ++head) {
    if (policy.Temperature(layer, head) == temperature) continue;
    Fail(
        ErrorCode::kUnsupported,
        "in layer {} head 0 has temperature {} and head {} has {}, but the heads of {} models share one norm "
        "of queries: this cannot be folded. Give the heads of a layer one temperature, or serve the model "
        "with lengthwise",
        layer, temperature, head, policy.Temperature(layer, head), spec.architecture);
  }
  const std::string& name = spec.layer_names[layer].query_norm.weight;
  std::vector<float> gain = Read(checkpoint, name, std::array{spec.head_size()});
  for (float& value : gain) value = (value + spec.norm_gain_offset) / temperature - spec.norm_gain_offset;
  changed[name] = std::move(gain);
}

}  // namespace

std::map<std::string, std::vector<float>> FoldAttention(const Checkpoint& checkpoint, const ModelSpec& spec,
                                                        const AttentionPolicy& policy) {
  policy.Check(spec.layers, spec.heads);
  std::map<std::string, std::vector<float>> changed;
  CheckConstant(policy);
  if (policy.IsIdentity()) return changed;
  if (spec.distance_penalty && policy.reading == TemperatureReading::kScores) {
    Fail(ErrorCode::kUnsupported,
         "a temperature of whole scores cannot be folded into a {} model, whose penalties of distance no "
         "weight holds; take the reading \"logits\", which leaves them as they are",
         spec.architecture);
  }
  for (std::size_t layer = 0; layer < spec.layers; ++layer) {
    if (spec.layer_names[layer].query_norm.empty()) {
      FoldIntoQueries(checkpoint, spec, policy, layer, changed);
    } else {
      FoldIntoQueryNorm(checkpoint, spec, policy, layer, changed);
    }
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
