#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"

namespace lengthwise {
namespace {

// The window of the layer in tokens; 0: none. Mistral has it in every layer, Qwen2 and 3 where layer_types
// say.
std::size_t WindowOf(const ConfigReader& config, const std::string& type, std::size_t layer,
                     std::size_t layers) {
  const std::size_t window = config.Count("sliding_window", 0);
  if (window == 0) return 0;
  if (type == "mistral") return window;
  const std::vector<std::string> types = config.LayerTypes(layers);
  if (!types.empty()) return types[layer] == "sliding_attention" ? window : 0;
  const bool used = config.Flag("use_sliding_window", false);
  return used && layer >= config.Count("max_window_layers", layers) ? window : 0;
}

}  // namespace

void NameDecoderMaps(const std::string& layer, const DecoderBiases& biases, bool head_norms,
                     LayerNames& names) {
  names.query = WeightAndBias(layer + "self_attn.q_proj", biases.inputs);
  names.key = WeightAndBias(layer + "self_attn.k_proj", biases.inputs);
  names.value = WeightAndBias(layer + "self_attn.v_proj", biases.inputs);
  names.attention_output = WeightAndBias(layer + "self_attn.o_proj", biases.attention_output);
  if (head_norms) {
    names.query_norm = WeightAlone(layer + "self_attn.q_norm");
    names.key_norm = WeightAlone(layer + "self_attn.k_norm");
  }
  names.gate = WeightAndBias(layer + "mlp.gate_proj", biases.feed_forward);
  names.intermediate = WeightAndBias(layer + "mlp.up_proj", biases.feed_forward);
  names.output = WeightAndBias(layer + "mlp.down_proj", biases.feed_forward);
}

// Decoders read as encoders: rotary positions, root-mean-square norms before the sublayers, gated
// feed-forward layers, keys and values shared by heads; a token sees those before it.
ModelSpec MakeLlamaSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  const std::string type = config.Text("model_type", "llama");
  config.Require("hidden_act", "silu", "silu");
  config.RequireNone("attention_dropout_scale");
  if (!config.Flag("is_causal", true)) config.RefuseOther("is_causal", "false", "true");

  ModelSpec spec;
  spec.architecture = type;
  ReadSizes(config, spec);
  spec.kv_heads = config.Size("num_key_value_heads", spec.heads);
  spec.head_width = config.Size("head_dim", spec.head_width);
  spec.norm = NormKind::kRootMeanSquare;
  spec.norm_epsilon = config.NormEpsilon("rms_norm_eps", 1e-6);
  spec.activation = InnerActivation::kSilu;
  spec.causal = true;
  spec.rotary = {ReadRotary(config, spec.head_width, spec.position_rows)};
  if (!config.Object("rope_scaling") && !config.Object("rope_parameters"))
    spec.rotary_scaling_member = "rope_scaling";
  spec.root = checkpoint.weights.Has("model.embed_tokens.weight") ? "model." : "";
  spec.beside = {"lm_head.", "score."};
  spec.layer_prefix = "layers.";
  const bool attention = config.Flag("attention_bias", false);
  // Qwen2 always has them, but for its heads' output.
  const bool qwen2 = type == "qwen2";
  const DecoderBiases biases = {.inputs = qwen2 || attention,
                                .attention_output = !qwen2 && attention,
                                .feed_forward = config.Flag("mlp_bias", false)};
  spec.word_embeddings = spec.root + "embed_tokens.weight";
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const std::string layer = LayerName(spec, l);
    LayerNames names;
    names.attention_norms.input = WeightAlone(layer + "input_layernorm");
    NameDecoderMaps(layer, biases, type == "qwen3", names);
    names.feed_forward_norms.input = WeightAlone(layer + "post_attention_layernorm");
    // A window counts the token itself.
    if (const std::size_t window = WindowOf(config, type, l, spec.layers); window > 0)
      names.window = window - 1;
    spec.layer_names.push_back(names);
  }
  spec.layer_names.back().feed_forward_norms.sum = WeightAlone(spec.root + "norm");
  return spec;
}

}  // namespace lengthwise
