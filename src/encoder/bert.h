// BERT (arXiv 1810.04805) as Hugging Face's BertModel lays it out.
#pragma once

#include <string>

#include "encoder/model_spec.h"

namespace lengthwise {

// Throws kUnsupported for an option of config.json that changes the computation and is not implemented.
ModelSpec MakeBertSpec(const Checkpoint& checkpoint);

// The names of BertModel's tensors under a prefix ("bert.", or nothing), which RoBERTa shares. `spec.layers`
// is set.
void NameBertTensors(const std::string& root, ModelSpec& spec);

}  // namespace lengthwise
