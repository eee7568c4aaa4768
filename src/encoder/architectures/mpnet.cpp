#include "encoder/architectures/architectures.h"
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

  const std::string root = RootOf(checkpoint, "mpnet.");
  spec.relative_bias = root + "encoder.relative_attention_bias.weight";
  NameTensors(root,
              {.query = "attention.attn.q",
               .key = "attention.attn.k",
               .value = "attention.attn.v",
               .attention_output = "attention.attn.o",
               .attention_norm = "attention.LayerNorm",
               .intermediate = "intermediate.dense",
               .output = "output.dense",
               .output_norm = "output.LayerNorm"},
              spec);
  return spec;
}

}  // namespace lengthwise
