#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"
#include "encoder/rotary.h"

namespace lengthwise {

// BERT with rotary positions, one map for queries, keys and values, and feed-forward layers gated by SiLU
// (arXiv 2402.01613). Its config.json counts as GPT-2's does.
ModelSpec MakeNomicBertSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  config.Require("activation_function", "swiglu");
  for (const char* name : {"prenorm", "parallel_block", "causal", "rotary_emb_interleaved", "use_rms_norm"})
    config.RequireFalse(name);
  for (const char* name : {"rotary_scaling_factor", "rotary_emb_scale_base", "num_experts"})
    config.RequireNone(name);
  config.RequireNumber("rotary_emb_fraction", 1, 0);

  ModelSpec spec;
  spec.architecture = "nomic-bert";
  ReadSizes(config, spec,
            {.hidden = "n_embd",
             .layers = "n_layer",
             .heads = "n_head",
             .intermediate = "n_inner",
             .positions = "n_positions"});
  spec.token_types = config.Count("type_vocab_size", 0);
  spec.norm_epsilon = config.NormEpsilon("layer_norm_epsilon");
  spec.rotary = {MakeRotary(config.Number("rotary_emb_base", 10000), spec.head_width)};
  spec.root = RootOf(checkpoint, "bert.");
  spec.layer_prefix = "encoder.layers.";
  spec.word_embeddings = spec.root + "embeddings.word_embeddings.weight";
  spec.token_type_embeddings = spec.root + "embeddings.token_type_embeddings.weight";
  spec.embedding_norm = WeightAndBias(spec.root + "emb_ln");
  const auto named = [&](const std::string& name, const char* biased) {
    return WeightAndBias(name, config.Flag(biased, true));
  };
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const std::string layer = LayerName(spec, l);
    LayerNames names;
    NameFusedQkv(named(layer + "attn.Wqkv", "qkv_proj_bias"), spec, names);
    names.attention_output = named(layer + "attn.out_proj", "qkv_proj_bias");
    names.attention_norms.sum = WeightAndBias(layer + "norm1");
    names.intermediate = named(layer + "mlp.fc11", "mlp_fc1_bias");
    names.gate = named(layer + "mlp.fc12", "mlp_fc1_bias");
    names.output = named(layer + "mlp.fc2", "mlp_fc2_bias");
    names.feed_forward_norms.sum = WeightAndBias(layer + "norm2");
    spec.layer_names.push_back(names);
  }
  spec.activation = InnerActivation::kSilu;
  return spec;
}

}  // namespace lengthwise
