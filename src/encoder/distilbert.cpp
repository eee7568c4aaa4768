#include "encoder/distilbert.h"

#include <fmt/format.h>

#include <utility>

#include "encoder/config_reader.h"

namespace lengthwise {

ModelSpec MakeDistilBertSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  config.Require("activation", "gelu", "gelu");

  ModelSpec spec;
  spec.architecture = "distilbert";
  spec.hidden = config.Size("dim");
  spec.layers = config.Size("n_layers");
  spec.heads = config.Size("n_heads");
  spec.intermediate = config.Size("hidden_dim");
  spec.vocabulary = config.Size("vocab_size");
  // Learned or sinusoidal, the table is stored.
  spec.position_rows = config.Size("max_position_embeddings");
  spec.norm_epsilon = 1e-12F;

  const std::string root =
      checkpoint.weights.Has("distilbert.embeddings.word_embeddings.weight") ? "distilbert." : "";
  spec.word_embeddings = root + "embeddings.word_embeddings.weight";
  spec.position_embeddings = root + "embeddings.position_embeddings.weight";
  spec.embedding_norm = WeightAndBias(root + "embeddings.LayerNorm");
  spec.layer_prefix = "transformer.layer.";
  spec.layers_member = "n_layers";
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const std::string layer = fmt::format("{}{}{}.", root, spec.layer_prefix, l);
    LayerNames names;
    names.query = WeightAndBias(layer + "attention.q_lin");
    names.key = WeightAndBias(layer + "attention.k_lin");
    names.value = WeightAndBias(layer + "attention.v_lin");
    names.attention_output = WeightAndBias(layer + "attention.out_lin");
    names.attention_norm = WeightAndBias(layer + "sa_layer_norm");
    names.intermediate = WeightAndBias(layer + "ffn.lin1");
    names.output = WeightAndBias(layer + "ffn.lin2");
    names.output_norm = WeightAndBias(layer + "output_layer_norm");
    spec.layer_names.push_back(std::move(names));
  }
  return spec;
}

}  // namespace lengthwise
