#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"

namespace lengthwise {

void NameBertTensors(const std::string& root, ModelSpec& spec) {
  spec.token_type_embeddings = root + "embeddings.token_type_embeddings.weight";
  NameTensors(root,
              {.query = "attention.self.query",
               .key = "attention.self.key",
               .value = "attention.self.value",
               .attention_output = "attention.output.dense",
               .attention_norm = "attention.output.LayerNorm",
               .intermediate = "intermediate.dense",
               .output = "output.dense",
               .output_norm = "output.LayerNorm"},
              spec);
}

ModelSpec MakeBertSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  // JinaBERT v2 calls itself so.
  if (config.Text("position_embedding_type", "absolute") == "alibi") return MakeJinaBertSpec(checkpoint);
  config.RequireNone("auto_map");
  config.Require("hidden_act", "gelu");
  config.Require("position_embedding_type", "absolute", "absolute");

  ModelSpec spec;
  spec.architecture = "bert";
  ReadSizes(config, spec);
  spec.token_types = config.Size("type_vocab_size");
  spec.norm_epsilon = config.NormEpsilon();

  // BertForX checkpoints keep the encoder under "bert.".
  NameBertTensors(RootOf(checkpoint, "bert."), spec);
  return spec;
}

}  // namespace lengthwise
