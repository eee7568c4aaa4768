// DistilBERT (arXiv 1910.01108) as Hugging Face's DistilBertModel lays it out: BERT without token types,
// under names of its own.
#pragma once

#include "encoder/model_spec.h"

namespace lengthwise {

// Throws kUnsupported for an option of config.json that changes the computation and is not implemented.
ModelSpec MakeDistilBertSpec(const Checkpoint& checkpoint);

}  // namespace lengthwise
