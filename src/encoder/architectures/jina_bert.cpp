#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"

namespace lengthwise {

// BERT with distances for positions (ALiBi) and gated feed-forward layers, whose gate is stored before what
// it gates (arXiv 2310.19923).
ModelSpec MakeJinaBertSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  config.Require("feed_forward_type", "geglu", "original");
  config.Require("hidden_act", "gelu", "gelu");

  ModelSpec spec;
  spec.architecture = "jina-bert";
  ReadSizes(config, spec);
  spec.token_types = config.Size("type_vocab_size");
  spec.norm_epsilon = config.NormEpsilon();
  spec.distance_penalty = true;
  NameBertTensors(RootOf(checkpoint, "bert."), spec);
  spec.position_embeddings.clear();
  for (std::size_t l = 0; l < spec.layers; ++l) {
    LayerNames& names = spec.layer_names[l];
    const std::string mlp = LayerName(spec, l) + "mlp.";
    NameFusedGate(WeightAlone(mlp + "gated_layers"), true, spec, names);
    names.output = WeightAndBias(mlp + "wo");
    names.feed_forward_norms.sum = WeightAndBias(mlp + "layernorm");
  }
  return spec;
}

}  // namespace lengthwise
