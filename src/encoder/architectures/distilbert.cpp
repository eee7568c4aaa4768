#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"

namespace lengthwise {

ModelSpec MakeDistilBertSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  config.Require("activation", "gelu", "gelu");

  ModelSpec spec;
  spec.architecture = "distilbert";
  // Positions are learned or sinusoidal; either way the table is stored.
  ReadSizes(config, spec,
            {.hidden = "dim", .layers = "n_layers", .heads = "n_heads", .intermediate = "hidden_dim"});
  spec.norm_epsilon = 1e-12F;
  spec.layer_prefix = "transformer.layer.";
  NameTensors(RootOf(checkpoint, "distilbert."),
              {.query = "attention.q_lin",
               .key = "attention.k_lin",
               .value = "attention.v_lin",
               .attention_output = "attention.out_lin",
               .attention_norm = "sa_layer_norm",
               .intermediate = "ffn.lin1",
               .output = "ffn.lin2",
               .output_norm = "output_layer_norm"},
              spec);
  return spec;
}

}  // namespace lengthwise
