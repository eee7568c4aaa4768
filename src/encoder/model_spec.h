// An architecture as data. One encoder interprets it; a new architecture is one file that fills it in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"

namespace lengthwise {

// Names in the checkpoint of a weight and its bias: of a linear map y = x W^T + b, W stored [out x in], or of
// a norm.
struct WeightNames {
  std::string weight;
  std::string bias;
};

struct LayerNames {
  WeightNames query, key, value, attention_output;
  WeightNames attention_norm;
  WeightNames intermediate, output;
  WeightNames output_norm;
};

struct ModelSpec {
  std::string architecture;  // "bert", "distilbert", "mpnet", "roberta", "xlm-roberta"
  std::size_t hidden = 0;
  std::size_t layers = 0;
  std::size_t heads = 0;
  std::size_t intermediate = 0;
  std::size_t vocabulary = 0;
  std::size_t token_types = 0;      // rows of the token type table; 0: the model has none
  std::size_t position_rows = 0;    // rows of the position table
  std::size_t position_offset = 0;  // the table's row of the first token
  // A token of this id takes the table's row of the same number and is not counted in the positions after it;
  // -1: none.
  std::int32_t position_padding = -1;
  float norm_epsilon = 1e-12F;
  std::size_t relative_buckets = 0;  // rows of the relative position bias; 0: the model has none

  std::string word_embeddings, position_embeddings;
  std::string token_type_embeddings;  // row 0 is added to every token
  WeightNames embedding_norm;
  std::string relative_bias;  // [relative_buckets x heads], shared by all layers
  std::vector<LayerNames> layer_names;
  std::string layer_prefix = "encoder.layer.";      // of the names of layers, before their number
  std::string layers_member = "num_hidden_layers";  // of config.json, which says how many there are

  std::size_t head_size() const { return hidden / heads; }
  // Longest sequence in tokens.
  std::size_t positions() const { return position_rows - position_offset; }
};

class ConfigReader;

// What config.json calls the sizes that not all name alike.
struct SizeMembers {
  const char* hidden = "hidden_size";
  const char* layers = "num_hidden_layers";
  const char* heads = "num_attention_heads";
  const char* intermediate = "intermediate_size";
};

// Those, vocab_size and max_position_embeddings.
void ReadSizes(const ConfigReader& config, ModelSpec& spec, const SizeMembers& members = {});

// `prefix` where the encoder is a part of a larger model, which keeps it under that; else nothing.
std::string RootOf(const Checkpoint& checkpoint, const std::string& prefix);

// What the parts of a layer are called, under its own name.
struct LayerParts {
  const char *query, *key, *value, *attention_output, *attention_norm;
  const char *intermediate, *output, *output_norm;
};

// The names of what BERT's kin have in common, under a root: word and position embeddings, the norm behind
// them, and spec.layers layers under spec.layer_prefix.
void NameTensors(const std::string& root, const LayerParts& parts, ModelSpec& spec);

// Maps config.json and tensor names to a spec. Throws kUnsupported, naming what was found and what is
// supported.
ModelSpec MakeModelSpec(const Checkpoint& checkpoint);

}  // namespace lengthwise
