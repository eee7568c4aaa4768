#include <cmath>

#include "base/fail.h"
#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"

namespace lengthwise {
namespace {

// A bias by distance alone reaches any length; so much of it is prepared.
constexpr std::size_t kMostTokens = 8192;

}  // namespace

// Biases by distance, shared by the layers, no other positions; norms before the sublayers, scores that are
// not scaled (arXiv 1910.10683, and its version 1.1 with gated feed-forward layers).
ModelSpec MakeT5Spec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  const std::string projection = config.Text("feed_forward_proj", "relu");
  const bool gated = projection.starts_with("gated-");
  const std::string activation = gated ? projection.substr(6) : projection;

  ModelSpec spec;
  spec.architecture = "t5";
  spec.hidden = config.Size("d_model");
  spec.layers_member = "num_layers";
  spec.layers = config.Size("num_layers");
  spec.heads = spec.kv_heads = config.Size("num_heads");
  spec.head_width = config.Size("d_kv");
  spec.intermediate = config.Size("d_ff");
  spec.vocabulary = config.Size("vocab_size");
  spec.position_rows = kMostTokens;
  spec.any_length = true;
  spec.norm = NormKind::kRootMeanSquare;
  spec.norm_epsilon = config.NormEpsilon("layer_norm_epsilon", 1e-6);
  // The gated GELU of T5 is the tanh form.
  spec.activation =
      config.ReadActivation("feed_forward_proj", activation == "gelu" && gated ? "gelu_new" : activation);
  spec.score_scale = std::sqrt(static_cast<float>(spec.head_width));
  spec.relative_buckets = config.Size("relative_attention_num_buckets", 32);
  spec.relative_distance = config.Size("relative_attention_max_distance", 128);
  spec.beside = {"decoder.", "lm_head.", "encoder.embed_tokens."};
  spec.layer_prefix = "encoder.block.";
  spec.word_embeddings =
      checkpoint.weights.Has("shared.weight") ? "shared.weight" : "encoder.embed_tokens.weight";
  spec.relative_bias = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const std::string attention = LayerName(spec, l) + "layer.0.";
    const std::string forward = LayerName(spec, l) + "layer.1.";
    LayerNames names;
    names.attention_norms.input = WeightAlone(attention + "layer_norm");
    names.query = WeightAlone(attention + "SelfAttention.q");
    names.key = WeightAlone(attention + "SelfAttention.k");
    names.value = WeightAlone(attention + "SelfAttention.v");
    names.attention_output = WeightAlone(attention + "SelfAttention.o");
    names.feed_forward_norms.input = WeightAlone(forward + "layer_norm");
    if (gated) names.gate = WeightAlone(forward + "DenseReluDense.wi_0");
    names.intermediate = WeightAlone(forward + (gated ? "DenseReluDense.wi_1" : "DenseReluDense.wi"));
    names.output = WeightAlone(forward + "DenseReluDense.wo");
    spec.layer_names.push_back(names);
  }
  spec.layer_names.back().feed_forward_norms.sum = WeightAlone("encoder.final_layer_norm");
  return spec;
}

}  // namespace lengthwise
