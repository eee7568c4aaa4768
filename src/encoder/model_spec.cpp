#include "encoder/model_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/fail.h"
#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"
#include "encoder/tensor_check.h"

namespace lengthwise {
namespace {

struct Architecture {
  const char* model_type;  // config.json
  ModelSpec (*make)(const Checkpoint&);
  // Its folders hold code of their own ("auto_map"), which this program knows.
  bool known_code = false;
};

constexpr std::array kArchitectures = {Architecture{"bert", MakeBertSpec, true},
                                       Architecture{"distilbert", MakeDistilBertSpec},
                                       Architecture{"gemma3_text", MakeGemma3Spec},
                                       Architecture{"llama", MakeLlamaSpec},
                                       Architecture{"mistral", MakeLlamaSpec},
                                       Architecture{"modernbert", MakeModernBertSpec},
                                       Architecture{"mpnet", MakeMpnetSpec},
                                       Architecture{"new", MakeGteSpec, true},
                                       Architecture{"nomic_bert", MakeNomicBertSpec, true},
                                       Architecture{"qwen2", MakeLlamaSpec},
                                       Architecture{"qwen3", MakeLlamaSpec},
                                       Architecture{"roberta", MakeRobertaSpec},
                                       Architecture{"t5", MakeT5Spec},
                                       Architecture{"xlm-roberta", MakeRobertaSpec}};

// Members that any architecture may have and that change what it computes.
void RefuseOtherComputations(const ConfigReader& config, const Architecture& architecture) {
  for (const char* name : {"is_decoder", "add_cross_attention"}) config.RequireFalse(name);
  // T5's encoder is a part of such a model.
  if (architecture.make != MakeT5Spec) config.RequireFalse("is_encoder_decoder");
  // Written by later versions of transformers in place of members that are read here.
  if (architecture.make != MakeLlamaSpec) config.RequireNone("rope_parameters");
  // Heads left out, weights in another form, code of the model's own.
  for (const char* name : {"pruned_heads", "quantization_config"}) config.RequireNone(name);
  if (!architecture.known_code) config.RequireNone("auto_map");
}

// Sizes that contradict each other.
void CheckSizes(const Checkpoint& checkpoint, const ModelSpec& spec) {
  const std::string config = checkpoint.config_json.string();
  if (spec.head_width * spec.heads != spec.hidden && spec.head_width == spec.hidden / spec.heads) {
    Fail(ErrorCode::kBadCheckpoint, "{}: hidden size {} is not a multiple of {} heads", config, spec.hidden,
         spec.heads);
  }
  if (spec.kv_heads > spec.heads || spec.heads % spec.kv_heads != 0) {
    Fail(ErrorCode::kBadCheckpoint, "{}: {} heads cannot share {} heads of keys and values", config,
         spec.heads, spec.kv_heads);
  }
  if (!spec.rotary.empty() && spec.head_width % 2 != 0) {
    Fail(ErrorCode::kBadCheckpoint, "{}: heads of {} components cannot be turned by rotary positions", config,
         spec.head_width);
  }
  if (spec.position_rows <= spec.position_offset) {
    Fail(ErrorCode::kBadCheckpoint, "{}: {} rows of positions, of which the first {} are reserved", config,
         spec.position_rows, spec.position_offset);
  }
}

}  // namespace

bool ModelSpec::attends_to_all() const {
  return !causal && std::all_of(layer_names.begin(), layer_names.end(),
                                [](const LayerNames& names) { return names.window == 0; });
}

void RequireLayers(const ModelSpec& spec, std::string_view what) {
  if (!spec.is_static()) return;
  Fail(ErrorCode::kUnsupported,
       "{} needs layers and attention, of which a static model has neither: its vectors are means of word "
       "vectors; leave it out, or give another model",
       what);
}

void CheckPositionMap(const ModelSpec& spec, const PositionMap& map) {
  const bool has_positions = spec.has_position_table() || !spec.rotary.empty();
  if (map.kind == PositionMapKind::kTable && !spec.has_position_table() && has_positions) {
    Fail(ErrorCode::kBadInput,
         "a table of positions has no effect on a {} model, whose positions are rotary; give a map such as "
         "interpolate:COUNT, or take it out",
         spec.architecture);
  }
  map.Check(has_positions ? spec.positions() : 0, spec.hidden);
}

void ReadSizes(const ConfigReader& config, ModelSpec& spec, const SizeMembers& members) {
  spec.hidden = config.Size(members.hidden);
  spec.layers = config.Size(members.layers);
  spec.layers_member = members.layers;
  spec.heads = config.Size(members.heads);
  spec.intermediate = config.Size(members.intermediate);
  spec.vocabulary = config.Size("vocab_size");
  spec.position_rows = config.Size(members.positions);
  spec.kv_heads = spec.heads;
  spec.head_width = spec.hidden / spec.heads;
}

std::string RootOf(const Checkpoint& checkpoint, const std::string& prefix) {
  return checkpoint.weights.Has(prefix + "embeddings.word_embeddings.weight") ? prefix : "";
}

WeightNames WeightAndBias(const std::string& prefix, bool biased) {
  return {prefix + ".weight", biased ? prefix + ".bias" : std::string()};
}

WeightNames WeightAlone(const std::string& prefix) {
  return {prefix + ".weight"};
}

std::string LayerName(const ModelSpec& spec, std::size_t layer) {
  return fmt::format("{}{}{}.", spec.root, spec.layer_prefix, layer);
}

void NameFusedQkv(const WeightNames& fused, const ModelSpec& spec, LayerNames& names) {
  names.query = names.key = names.value = fused;
  names.query.stored = names.key.stored = names.value.stored = spec.qkv_width();
  names.key.first = spec.context_width();
  names.value.first = names.key.first + spec.kv_heads * spec.head_width;
}

void NameFusedGate(const WeightNames& fused, bool gate_first, const ModelSpec& spec, LayerNames& names) {
  names.gate = names.intermediate = fused;
  names.gate.stored = names.intermediate.stored = 2 * spec.intermediate;
  (gate_first ? names.intermediate : names.gate).first = spec.intermediate;
}

void NameTensors(const std::string& root, const LayerParts& parts, ModelSpec& spec) {
  spec.root = root;
  spec.word_embeddings = root + "embeddings.word_embeddings.weight";
  spec.position_embeddings = root + "embeddings.position_embeddings.weight";
  spec.embedding_norm = WeightAndBias(root + "embeddings.LayerNorm");
  for (std::size_t l = 0; l < spec.layers; ++l) {
    const auto named = [&](const char* part) { return WeightAndBias(LayerName(spec, l) + part); };
    LayerNames names;
    names.query = named(parts.query);
    names.key = named(parts.key);
    names.value = named(parts.value);
    names.attention_output = named(parts.attention_output);
    names.attention_norms.sum = named(parts.attention_norm);
    names.intermediate = named(parts.intermediate);
    names.output = named(parts.output);
    names.feed_forward_norms.sum = named(parts.output_norm);
    spec.layer_names.push_back(names);
  }
}

ModelSpec MakeModelSpec(const Checkpoint& checkpoint) {
  if (checkpoint.static_kind != StaticKind::kNone) {
    const ModelSpec spec = MakeStaticSpec(checkpoint);
    CheckTensors(checkpoint, spec);
    return spec;
  }
  const ConfigReader config(checkpoint);
  const std::string type = config.Text("model_type", "");
  std::string supported;
  for (const Architecture& architecture : kArchitectures) {
    if (type == architecture.model_type) {
      RefuseOtherComputations(config, architecture);
      const ModelSpec spec = architecture.make(checkpoint);
      CheckSizes(checkpoint, spec);
      CheckTensors(checkpoint, spec);
      return spec;
    }
    supported += fmt::format("{}{}", supported.empty() ? "" : ", ", architecture.model_type);
  }
  Fail(ErrorCode::kUnsupported, "{}: model type \"{}\" is not supported; supported: {}",
       checkpoint.config_json.string(), type, supported + ", model2vec");
}

}  // namespace lengthwise
