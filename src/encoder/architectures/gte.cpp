#include <cmath>

#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"
#include "encoder/rotary.h"

namespace lengthwise {
namespace {

// NTK scaling as this architecture does it: the base grows by the factor, and all frequencies shrink by
// factor^(2 / width).
Rotary MakeGteRotary(const ConfigReader& config, std::size_t width) {
  const double base = config.Number("rope_theta", 10000);
  const std::optional<ConfigReader> scaling = config.Object("rope_scaling");
  if (!scaling) return MakeRotary(base, width);
  scaling->Require("type", "ntk");
  scaling->RequireNone("mixed_b");
  const double factor = scaling->Number("factor", 1);
  Rotary rotary = MakeRotary(base * factor, width);
  const auto shrink = static_cast<float>(std::pow(factor, 2.0 / static_cast<double>(width)));
  for (float& frequency : rotary.frequencies) frequency /= shrink;
  return rotary;
}

}  // namespace

// BERT with rotary positions, one map for queries, keys and values, and gated feed-forward layers whose gate
// is stored after what it gates (arXiv 2407.19669).
ModelSpec MakeGteSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  config.Require("hidden_act", "gelu", "gelu");
  config.Require("position_embedding_type", "rope", "rope");
  config.Require("layer_norm_type", "layer_norm", "layer_norm");
  config.RequireFalse("logn_attention_scale");
  config.RequireTrue("pack_qkv");

  ModelSpec spec;
  spec.architecture = "gte";
  ReadSizes(config, spec);
  spec.token_types = config.Count("type_vocab_size", 0);
  spec.norm_epsilon = config.NormEpsilon();
  spec.rotary = {MakeGteRotary(config, spec.head_width)};
  spec.root = RootOf(checkpoint, "new.");
  spec.word_embeddings = spec.root + "embeddings.word_embeddings.weight";
  spec.token_type_embeddings = spec.root + "embeddings.token_type_embeddings.weight";
  spec.embedding_norm = WeightAndBias(spec.root + "embeddings.LayerNorm");
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const std::string layer = LayerName(spec, l);
    LayerNames names;
    NameFusedQkv(WeightAndBias(layer + "attention.qkv_proj"), spec, names);
    names.attention_output = WeightAndBias(layer + "attention.o_proj");
    names.attention_norms.sum = WeightAndBias(layer + "attn_ln");
    NameFusedGate(WeightAlone(layer + "mlp.up_gate_proj"), false, spec, names);
    names.output = WeightAndBias(layer + "mlp.down_proj");
    names.feed_forward_norms.sum = WeightAndBias(layer + "mlp_ln");
    spec.layer_names.push_back(names);
  }
  return spec;
}

}  // namespace lengthwise
