#include <cmath>

#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"
#include "encoder/rotary.h"

namespace lengthwise {

// Norms before the sublayers and of what they add, of queries and keys, windows in most layers, and, in
// EmbeddingGemma (arXiv 2509.20354), attention to both sides.
ModelSpec MakeGemma3Spec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  config.Require("hidden_activation", "gelu_pytorch_tanh", "gelu_pytorch_tanh");
  for (const char* name : {"attn_logit_softcapping", "final_logit_softcapping"}) config.RequireNone(name);
  config.RequireFalse("attention_bias");

  ModelSpec spec;
  spec.architecture = "gemma3_text";
  ReadSizes(config, spec);
  spec.kv_heads = config.Size("num_key_value_heads", spec.heads);
  spec.head_width = config.Size("head_dim", 256);
  spec.norm = NormKind::kRootMeanSquare;
  spec.norm_epsilon = config.NormEpsilon("rms_norm_eps", 1e-6);
  spec.norm_gain_offset = 1;
  spec.activation = InnerActivation::kGeluTanh;
  spec.embedding_scale = std::sqrt(static_cast<float>(spec.hidden));
  spec.score_scale = static_cast<float>(
      std::sqrt(static_cast<double>(spec.head_width) / config.Number("query_pre_attn_scalar", 256)));
  spec.causal = !config.Flag("use_bidirectional_attention", false);
  double stretch = 1;
  if (const std::optional<ConfigReader> scaling = config.Object("rope_scaling")) {
    scaling->Require("rope_type", "linear");
    stretch = scaling->Number("factor", 1);
  }
  spec.rotary = {MakeRotary(config.Number("rope_theta", 1e6), spec.head_width),
                 MakeRotary(config.Number("rope_local_base_freq", 1e4), spec.head_width)};
  for (float& frequency : spec.rotary[0].frequencies) frequency /= static_cast<float>(stretch);
  // A causal window counts the token itself; one to both sides is halved and does not.
  const std::size_t window = config.Size("sliding_window", 4096);
  const std::size_t reach = spec.causal ? window - 1 : window / 2;
  const std::size_t every = config.Size("sliding_window_pattern", 6);
  const std::vector<std::string> types = config.LayerTypes(spec.layers);
  spec.root = checkpoint.weights.Has("model.embed_tokens.weight") ? "model." : "";
  spec.beside = {"lm_head."};
  spec.layer_prefix = "layers.";
  spec.word_embeddings = spec.root + "embed_tokens.weight";
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const std::string layer = LayerName(spec, l);
    LayerNames names;
    names.attention_norms.input = WeightAlone(layer + "input_layernorm");
    names.attention_norms.added = WeightAlone(layer + "post_attention_layernorm");
    NameDecoderMaps(layer, {}, true, names);
    names.feed_forward_norms.input = WeightAlone(layer + "pre_feedforward_layernorm");
    names.feed_forward_norms.added = WeightAlone(layer + "post_feedforward_layernorm");
    const bool sliding = types.empty() ? (l + 1) % every != 0 : types[l] == "sliding_attention";
    if (sliding) {
      names.window = reach;
      names.rotary = 1;
    }
    spec.layer_names.push_back(names);
  }
  spec.layer_names.back().feed_forward_norms.sum = WeightAlone(spec.root + "norm");
  return spec;
}

}  // namespace lengthwise
