// The architectures that load: each from a checkpoint's config.json and the names of its tensors to a spec.
// All throw kUnsupported, naming it, for an option of config.json that changes results and is not
// implemented.
#pragma once

#include <string>

#include "checkpoint/checkpoint.h"
#include "encoder/model_spec.h"

namespace lengthwise {

ModelSpec MakeBertSpec(const Checkpoint& checkpoint);  // BERT, and JinaBERT v2 under the same type
ModelSpec MakeDistilBertSpec(const Checkpoint& checkpoint);
ModelSpec MakeGemma3Spec(const Checkpoint& checkpoint);    // the text model
ModelSpec MakeGteSpec(const Checkpoint& checkpoint);       // GTE v1.5, "new"
ModelSpec MakeJinaBertSpec(const Checkpoint& checkpoint);  // v2
ModelSpec MakeLlamaSpec(const Checkpoint& checkpoint);     // Llama, Mistral, Qwen2, Qwen3
ModelSpec MakeModernBertSpec(const Checkpoint& checkpoint);
ModelSpec MakeMpnetSpec(const Checkpoint& checkpoint);
ModelSpec MakeNomicBertSpec(const Checkpoint& checkpoint);
ModelSpec MakeRobertaSpec(const Checkpoint& checkpoint);  // RoBERTa, XLM-RoBERTa
ModelSpec MakeStaticSpec(const Checkpoint& checkpoint);   // a table of word vectors, of either kind
ModelSpec MakeT5Spec(const Checkpoint& checkpoint);       // the encoder

// The rotary positions of Llama's kin, for heads of `width` components in a model of so many positions:
// rope_theta and rope_scaling, or rope_parameters, which later files have for both.
Rotary ReadRotary(const ConfigReader& config, std::size_t width, std::size_t positions);

// The names of a decoder's maps, under its layer's; norms of queries and keys where the model has them.
struct DecoderBiases {
  bool inputs = false;  // of queries, keys and values
  bool attention_output = false;
  bool feed_forward = false;
};
void NameDecoderMaps(const std::string& layer, const DecoderBiases& biases, bool head_norms,
                     LayerNames& names);

// The names that BERT and RoBERTa share: NameTensors, and the token types.
void NameBertTensors(const std::string& root, ModelSpec& spec);

}  // namespace lengthwise
