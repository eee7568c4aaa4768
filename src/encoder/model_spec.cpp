#include "encoder/model_spec.h"

#include <array>

#include "base/fail.h"
#include "encoder/bert.h"
#include "encoder/config_reader.h"
#include "encoder/distilbert.h"
#include "encoder/mpnet.h"
#include "encoder/roberta.h"
#include "encoder/tensor_check.h"

namespace lengthwise {
namespace {

struct Architecture {
  const char* model_type;  // config.json
  ModelSpec (*make)(const Checkpoint&);
};

constexpr std::array kArchitectures = {
    Architecture{"bert", MakeBertSpec}, Architecture{"distilbert", MakeDistilBertSpec},
    Architecture{"mpnet", MakeMpnetSpec}, Architecture{"roberta", MakeRobertaSpec},
    Architecture{"xlm-roberta", MakeRobertaSpec}};

// Members that any architecture may have and that change what it computes.
void RefuseOtherComputations(const ConfigReader& config) {
  for (const char* name : {"is_decoder", "is_encoder_decoder", "add_cross_attention"})
    config.RequireFalse(name);
  // Heads left out, code of the model's own, weights in another form.
  for (const char* name : {"pruned_heads", "auto_map", "quantization_config"}) config.RequireNone(name);
}

}  // namespace

void ReadSizes(const ConfigReader& config, ModelSpec& spec) {
  spec.hidden = config.Size("hidden_size");
  spec.layers = config.Size("num_hidden_layers");
  spec.heads = config.Size("num_attention_heads");
  spec.intermediate = config.Size("intermediate_size");
  spec.vocabulary = config.Size("vocab_size");
  spec.position_rows = config.Size("max_position_embeddings");
}

WeightNames WeightAndBias(const std::string& prefix) {
  return {prefix + ".weight", prefix + ".bias"};
}

ModelSpec MakeModelSpec(const Checkpoint& checkpoint) {
  const ConfigReader config(checkpoint);
  const std::string type = config.Text("model_type", "");
  std::string supported;
  for (const Architecture& architecture : kArchitectures) {
    if (type == architecture.model_type) {
      RefuseOtherComputations(config);
      const ModelSpec spec = architecture.make(checkpoint);
      if (spec.hidden % spec.heads != 0) {
        Fail(ErrorCode::kBadCheckpoint, "{}: hidden size {} is not a multiple of {} heads",
             checkpoint.config_json.string(), spec.hidden, spec.heads);
      }
      if (spec.position_rows <= spec.position_offset) {
        Fail(ErrorCode::kBadCheckpoint, "{}: {} rows of positions, of which the first {} are reserved",
             checkpoint.config_json.string(), spec.position_rows, spec.position_offset);
      }
      CheckTensors(checkpoint, spec);
      return spec;
    }
    supported += fmt::format("{}{}", supported.empty() ? "" : ", ", architecture.model_type);
  }
  Fail(ErrorCode::kUnsupported, "{}: model type \"{}\" is not supported; supported: {}",
       checkpoint.config_json.string(), type, supported);
}

}  // namespace lengthwise
