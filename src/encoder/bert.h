// BERT (arXiv 1810.04805) as Hugging Face's BertModel lays it out.
#pragma once

#include "encoder/model_spec.h"

namespace lengthwise {

// Throws kUnsupported for an option of config.json that changes the computation and is not implemented.
ModelSpec MakeBertSpec(const Checkpoint& checkpoint);

}  // namespace lengthwise
