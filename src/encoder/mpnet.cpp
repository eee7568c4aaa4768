#include "encoder/mpnet.h"

#include <fmt/format.h>

#include <utility>

#include "encoder/config_reader.h"

namespace lengthwise {
namespace {

// RoBERTa's habit: the position of the first token is one past the padding token's row, which is 1; a padding
// token inside a text stays on that row.
constexpr std::int32_t kPaddingId = 1;
constexpr std::size_t kFirstPosition = 2;

}  // namespace

ModelSpec MakeMpnetSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  config.Require("hidden_act", "gelu", "gelu");

  ModelSpec spec;
  spec.architecture = "mpnet";
  ReadSizes(config, spec);
  spec.position_offset = kFirstPosition;
  spec.position_padding = kPaddingId;
  spec.norm_epsilon = config.NormEpsilon();
  spec.relative_buckets = config.Size("relative_attention_num_buckets", 32);

  const std::string root = checkpoint.weights.Has("mpnet.embeddings.word_embeddings.weight") ? "mpnet." : "";
  spec.word_embeddings = root + "embeddings.word_embeddings.weight";
  spec.position_embeddings = root + "embeddings.position_embeddings.weight";
  spec.embedding_norm = WeightAndBias(root + "embeddings.LayerNorm");
  spec.relative_bias = root + "encoder.relative_attention_bias.weight";
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const std::string layer = fmt::format("{}encoder.layer.{}.", root, l);
    LayerNames names;
    names.query = WeightAndBias(layer + "attention.attn.q");
    names.key = WeightAndBias(layer + "attention.attn.k");
    names.value = WeightAndBias(layer + "attention.attn.v");
    names.attention_output = WeightAndBias(layer + "attention.attn.o");
    names.attention_norm = WeightAndBias(layer + "attention.LayerNorm");
    names.intermediate = WeightAndBias(layer + "intermediate.dense");
    names.output = WeightAndBias(layer + "output.dense");
    names.output_norm = WeightAndBias(layer + "output.LayerNorm");
    spec.layer_names.push_back(std::move(names));
  }
  return spec;
}

}  // namespace lengthwise
