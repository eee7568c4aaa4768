// An architecture as data. One encoder interprets it; a new architecture is one file that fills it in.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"

namespace lengthwise {

// Names in the checkpoint of a linear map y = x W^T + b, W stored [out x in].
struct LinearNames {
  std::string weight;
  std::string bias;
};

struct NormNames {
  std::string weight;
  std::string bias;
};

struct LayerNames {
  LinearNames query, key, value, attention_output;
  NormNames attention_norm;
  LinearNames intermediate, output;
  NormNames output_norm;
};

struct ModelSpec {
  std::string architecture;  // "bert"
  std::size_t hidden = 0;
  std::size_t layers = 0;
  std::size_t heads = 0;
  std::size_t intermediate = 0;
  std::size_t vocabulary = 0;
  std::size_t token_types = 0;      // rows of the token type table; 0: the model has none
  std::size_t position_rows = 0;    // rows of the position table
  std::size_t position_offset = 0;  // the table's row of the first token
  float norm_epsilon = 1e-12F;

  std::string word_embeddings, position_embeddings;
  std::string token_type_embeddings;  // row 0 is added to every token
  NormNames embedding_norm;
  std::vector<LayerNames> layer_names;

  std::size_t head_size() const { return hidden / heads; }
  // Longest sequence in tokens.
  std::size_t positions() const { return position_rows - position_offset; }
};

// Maps config.json and tensor names to a spec. Throws kUnsupported, naming what was found and what is
// supported.
ModelSpec MakeModelSpec(const Checkpoint& checkpoint);

}  // namespace lengthwise
