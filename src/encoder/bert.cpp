#include "encoder/bert.h"

#include <fmt/format.h>

#include <utility>

#include "encoder/config_reader.h"

namespace lengthwise {
namespace {

LinearNames LinearAt(const std::string& prefix) {
  return {prefix + ".weight", prefix + ".bias"};
}
NormNames NormAt(const std::string& prefix) {
  return {prefix + ".weight", prefix + ".bias"};
}

}  // namespace

ModelSpec MakeBertSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  config.Require("hidden_act", "gelu");
  config.Require("position_embedding_type", "absolute", "absolute");
  config.RequireFalse("is_decoder");

  ModelSpec spec;
  spec.architecture = "bert";
  spec.hidden = config.Size("hidden_size");
  spec.layers = config.Size("num_hidden_layers");
  spec.heads = config.Size("num_attention_heads");
  spec.intermediate = config.Size("intermediate_size");
  spec.vocabulary = config.Size("vocab_size");
  spec.token_types = config.Size("type_vocab_size");
  spec.position_rows = config.Size("max_position_embeddings");
  spec.norm_epsilon = config.Number("layer_norm_eps", 1e-12F);

  // BertForX checkpoints keep the encoder under "bert.".
  const std::string root = checkpoint.weights.Has("bert.embeddings.word_embeddings.weight") ? "bert." : "";
  spec.word_embeddings = root + "embeddings.word_embeddings.weight";
  spec.position_embeddings = root + "embeddings.position_embeddings.weight";
  spec.token_type_embeddings = root + "embeddings.token_type_embeddings.weight";
  spec.embedding_norm = NormAt(root + "embeddings.LayerNorm");
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const std::string layer = fmt::format("{}encoder.layer.{}.", root, l);
    LayerNames names;
    names.query = LinearAt(layer + "attention.self.query");
    names.key = LinearAt(layer + "attention.self.key");
    names.value = LinearAt(layer + "attention.self.value");
    names.attention_output = LinearAt(layer + "attention.output.dense");
    names.attention_norm = NormAt(layer + "attention.output.LayerNorm");
    names.intermediate = LinearAt(layer + "intermediate.dense");
    names.output = LinearAt(layer + "output.dense");
    names.output_norm = NormAt(layer + "output.LayerNorm");
    spec.layer_names.push_back(std::move(names));
  }
  return spec;
}

}  // namespace lengthwise
