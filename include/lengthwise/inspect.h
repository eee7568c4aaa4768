// What a model folder holds, and what of it counts: before anything is embedded.
#pragma once

#include <string>

#include "lengthwise/model.h"

namespace lengthwise {

struct Inspection {
  // JSON. Members:
  //   name, folder, architecture, positions, layers, heads, head_size, hidden, intermediate, vocabulary,
  //   dimension, limits, tokenizer, modules, normalize, prompts, weights, memory, repairs, speed, warnings
  std::string document;
  std::string text;  // the same for people, in lines
};

// `speed`: whether to run texts of a few lengths, for a second or so; the weights are packed for it. Throws
// as an Embedder of the model.
Inspection InspectModel(const Model& model, bool speed = true);

}  // namespace lengthwise
