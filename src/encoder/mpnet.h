// MPNet (arXiv 2004.09297) as Hugging Face's MPNetModel lays it out: one relative position bias for all
// layers, positions counted from 2, no token types.
#pragma once

#include "encoder/model_spec.h"

namespace lengthwise {

// Throws kUnsupported for an option of config.json that changes the computation and is not implemented.
ModelSpec MakeMpnetSpec(const Checkpoint& checkpoint);

}  // namespace lengthwise
