#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"

namespace lengthwise {

ModelSpec MakeRobertaSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  config.Require("hidden_act", "gelu", "gelu");
  config.Require("position_embedding_type", "absolute", "absolute");

  ModelSpec spec;
  spec.architecture = config.Text("model_type", "roberta");
  ReadSizes(config, spec);
  spec.token_types = config.Size("type_vocab_size");
  spec.norm_epsilon = config.NormEpsilon();
  // A padding token inside a text stays on its own row.
  const std::size_t padding = config.Size("pad_token_id", 1);
  spec.position_padding = static_cast<std::int32_t>(padding);
  spec.position_offset = padding + 1;
  NameBertTensors(RootOf(checkpoint, "roberta."), spec);
  return spec;
}

}  // namespace lengthwise
