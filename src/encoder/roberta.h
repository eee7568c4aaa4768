// RoBERTa (arXiv 1907.11692) and XLM-RoBERTa (arXiv 1911.02116) as Hugging Face's RobertaModel and
// XLMRobertaModel lay them out: BERT's tensors, with positions that begin behind the padding token's.
#pragma once

#include "encoder/model_spec.h"

namespace lengthwise {

// Throws kUnsupported for an option of config.json that changes the computation and is not implemented.
ModelSpec MakeRobertaSpec(const Checkpoint& checkpoint);

}  // namespace lengthwise
