#include "encoder/model_spec.h"

#include <fmt/format.h>

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

// prefix.weight and prefix.bias
WeightNames WeightAndBias(const std::string& prefix) {
  return {prefix + ".weight", prefix + ".bias"};
}

// Members that any architecture may have and that change what it computes.
void RefuseOtherComputations(const ConfigReader& config) {
  for (const char* name : {"is_decoder", "is_encoder_decoder", "add_cross_attention"})
    config.RequireFalse(name);
  // Heads left out, code of the model's own, weights in another form.
  for (const char* name : {"pruned_heads", "auto_map", "quantization_config"}) config.RequireNone(name);
}

}  // namespace

void ReadSizes(const ConfigReader& config, ModelSpec& spec, const SizeMembers& members) {
  spec.hidden = config.Size(members.hidden);
  spec.layers = config.Size(members.layers);
  spec.layers_member = members.layers;
  spec.heads = config.Size(members.heads);
  spec.intermediate = config.Size(members.intermediate);
  spec.vocabulary = config.Size("vocab_size");
  spec.position_rows = config.Size("max_position_embeddings");
}

std::string RootOf(const Checkpoint& checkpoint, const std::string& prefix) {
  return checkpoint.weights.Has(prefix + "embeddings.word_embeddings.weight") ? prefix : "";
}

void NameTensors(const std::string& root, const LayerParts& parts, ModelSpec& spec) {
  spec.word_embeddings = root + "embeddings.word_embeddings.weight";
  spec.position_embeddings = root + "embeddings.position_embeddings.weight";
  spec.embedding_norm = WeightAndBias(root + "embeddings.LayerNorm");
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const auto named = [&](const char* part) {
      return WeightAndBias(fmt::format("{}{}{}.{}", root, spec.layer_prefix, l, part));
    };
    spec.layer_names.push_back({named(parts.query), named(parts.key), named(parts.value),
                                named(parts.attention_output), named(parts.attention_norm),
                                named(parts.intermediate), named(parts.output), named(parts.output_norm)});
  }
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
