#include "encoder/bert.h"

#include <fmt/format.h>

#include <utility>

#include "encoder/config_reader.h"

namespace lengthwise {

void NameBertTensors(const std::string& root, ModelSpec& spec) {
  spec.word_embeddings = root + "embeddings.word_embeddings.weight";
  spec.position_embeddings = root + "embeddings.position_embeddings.weight";
  spec.token_type_embeddings = root + "embeddings.token_type_embeddings.weight";
  spec.embedding_norm = WeightAndBias(root + "embeddings.LayerNorm");
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const std::string layer = fmt::format("{}encoder.layer.{}.", root, l);
    LayerNames names;
    names.query = WeightAndBias(layer + "attention.self.query");
    names.key = WeightAndBias(layer + "attention.self.key");
    names.value = WeightAndBias(layer + "attention.self.value");
    names.attention_output = WeightAndBias(layer + "attention.output.dense");
    names.attention_norm = WeightAndBias(layer + "attention.output.LayerNorm");
    names.intermediate = WeightAndBias(layer + "intermediate.dense");
    names.output = WeightAndBias(layer + "output.dense");
    names.output_norm = WeightAndBias(layer + "output.LayerNorm");
    spec.layer_names.push_back(std::move(names));
  }
}

ModelSpec MakeBertSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  config.Require("hidden_act", "gelu");
  config.Require("position_embedding_type", "absolute", "absolute");

  ModelSpec spec;
  spec.architecture = "bert";
  ReadSizes(config, spec);
  spec.token_types = config.Size("type_vocab_size");
  spec.norm_epsilon = config.NormEpsilon();

  // BertForX checkpoints keep the encoder under "bert.".
  NameBertTensors(checkpoint.weights.Has("bert.embeddings.word_embeddings.weight") ? "bert." : "", spec);
  return spec;
}

}  // namespace lengthwise
