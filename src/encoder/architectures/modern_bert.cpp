#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"
#include "encoder/rotary.h"

namespace lengthwise {

// Rotary positions, norms before the sublayers, gated feed-forward layers, and attention to near tokens alone
// in most layers (arXiv 2412.13663).
ModelSpec MakeModernBertSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  config.Require("hidden_activation", "gelu", "gelu");

  ModelSpec spec;
  spec.architecture = "modernbert";
  ReadSizes(config, spec);
  spec.norm_epsilon = config.NormEpsilon("norm_eps");
  const double base = config.Number("global_rope_theta", 160000);
  spec.rotary = {MakeRotary(base, spec.head_width),
                 MakeRotary(config.Number("local_rope_theta", base), spec.head_width)};
  const std::size_t every = config.Size("global_attn_every_n_layers", 3);
  // Of both sides together.
  const std::size_t window = config.Size("local_attention", 128) / 2;
  // ModernBertForX checkpoints keep the encoder under "model.".
  spec.root = checkpoint.weights.Has("model.embeddings.tok_embeddings.weight") ? "model." : "";
  spec.beside = {"head.", "decoder."};
  spec.layer_prefix = "layers.";
  const auto named = [&](const std::string& name, const char* biased) {
    return WeightAndBias(name, config.Flag(biased, false));
  };
  spec.word_embeddings = spec.root + "embeddings.tok_embeddings.weight";
  spec.embedding_norm = named(spec.root + "embeddings.norm", "norm_bias");
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const std::string layer = LayerName(spec, l);
    LayerNames names;
    // The first layer's input comes from a norm already.
    if (l > 0) names.attention_norms.input = named(layer + "attn_norm", "norm_bias");
    NameFusedQkv(named(layer + "attn.Wqkv", "attention_bias"), spec, names);
    names.attention_output = named(layer + "attn.Wo", "attention_bias");
    names.feed_forward_norms.input = named(layer + "mlp_norm", "norm_bias");
    NameFusedGate(named(layer + "mlp.Wi", "mlp_bias"), true, spec, names);
    names.output = named(layer + "mlp.Wo", "mlp_bias");
    if (l % every != 0) {
      names.window = window;
      names.rotary = 1;
    }
    spec.layer_names.push_back(names);
  }
  spec.layer_names.back().feed_forward_norms.sum = named(spec.root + "final_norm", "norm_bias");
  return spec;
}

}  // namespace lengthwise
