#include "encoder/tensor_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "base/fail.h"

namespace lengthwise {
namespace {

// What the models themselves, and those made of them for tasks, hold beside the encoder: nothing of it
// changes token states. Buffers count positions and token types.
constexpr std::array<std::string_view, 11> kBesideTheEncoder = {"pooler.",
                                                                "vocab_transform.",
                                                                "vocab_layer_norm.",
                                                                "vocab_projector.",
                                                                "pre_classifier.",
                                                                "cls.",
                                                                "lm_head.",
                                                                "classifier.",
                                                                "qa_outputs.",
                                                                "embeddings.position_ids",
                                                                "embeddings.token_type_ids"};

// Of rotary positions, as older files hold them: made from config.json by any reader.
constexpr std::string_view kFrequencies = "rotary_emb.inv_freq";

constexpr std::size_t kMostNamed = 3;

std::set<std::string> NeededTensors(const ModelSpec& spec) {
  std::set<std::string> names = {spec.word_embeddings};
  const auto need = [&](const WeightNames& part) {
    if (part.empty()) return;
    names.insert(part.weight);
    if (!part.bias.empty()) names.insert(part.bias);
  };
  if (!spec.word_mapping.empty()) names.insert(spec.word_mapping);
  if (!spec.word_weights.empty()) names.insert(spec.word_weights);
  if (spec.has_position_table()) names.insert(spec.position_embeddings);
  if (spec.token_types > 0) names.insert(spec.token_type_embeddings);
  if (spec.relative_buckets > 0) names.insert(spec.relative_bias);
  need(spec.embedding_norm);
  for (const LayerNames& layer : spec.layer_names) {
    for (const WeightNames* part :
         {&layer.query, &layer.key, &layer.value, &layer.query_norm, &layer.key_norm, &layer.attention_output,
          &layer.gate, &layer.intermediate, &layer.output})
      need(*part);
    for (const SublayerNorms* norms : {&layer.attention_norms, &layer.feed_forward_norms}) {
      need(norms->input);
      need(norms->added);
      need(norms->sum);
    }
  }
  return names;
}

bool IsBesideTheEncoder(std::string_view name, const ModelSpec& spec) {
  if (name.starts_with(spec.root)) name.remove_prefix(spec.root.size());
  const auto begins = [&](std::string_view part) { return name.starts_with(part); };
  return name.ends_with(kFrequencies) ||
         std::any_of(kBesideTheEncoder.begin(), kBesideTheEncoder.end(), begins) ||
         std::any_of(spec.beside.begin(), spec.beside.end(), begins);
}

std::size_t StoredLayers(const SafeTensors& weights, const std::string& layer) {
  std::set<std::string> numbers;
  for (const auto& [name, tensor] : weights.tensors()) {
    if (!name.starts_with(layer)) continue;
    numbers.insert(name.substr(layer.size(), name.find('.', layer.size()) - layer.size()));
  }
  return numbers.size();
}

// The first few names, and how many more there are.
std::string Some(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i)
    text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", names[i]);
  if (names.size() > kMostNamed) text += fmt::format(" and {} more", names.size() - kMostNamed);
  return text;
}

}  // namespace

void CheckTensors(const Checkpoint& checkpoint, const ModelSpec& spec) {
  const std::set<std::string> needed = NeededTensors(spec);
  std::vector<std::string> missing;
  std::vector<std::string> left_over;
  for (const std::string& name : needed) {
    if (!checkpoint.weights.Has(name)) missing.push_back(name);
  }
  for (const auto& [name, tensor] : checkpoint.weights.tensors()) {
    if (!needed.contains(name) && !IsBesideTheEncoder(name, spec)) left_over.push_back(name);
  }
  if (missing.empty() && left_over.empty()) return;
  const std::string weights = checkpoint.weights.path().string();
  const std::string config = checkpoint.config_json.string();
  const std::size_t layers = StoredLayers(checkpoint.weights, spec.root + spec.layer_prefix);
  const std::string contradiction =
      layers == spec.layers ? ""
                            : fmt::format("; {} says \"{}\" {}, but {} {} stored", config, spec.layers_member,
                                          spec.layers, layers, layers == 1 ? "layer is" : "layers are");
  constexpr const char* kFetch = "; fetch both files again, from one place";
  if (!missing.empty()) {
    const std::string others =
        missing.size() > 1 ? fmt::format(", and so are {} more", missing.size() - 1) : "";
    Fail(ErrorCode::kBadCheckpoint, "{}: tensor \"{}\" is missing{}{}{}", weights, missing[0], others,
         contradiction, kFetch);
  }
  Fail(ErrorCode::kBadCheckpoint, "{}: {} stored tensor{} the model of {} has no place for: {}{}{}", weights,
       left_over.size(), left_over.size() == 1 ? " that" : "s that", config, Some(left_over), contradiction,
       kFetch);
}

}  // namespace lengthwise
