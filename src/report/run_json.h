// A run of an evaluation in JSON, as docs/evaluation.schema.json describes it.
#pragma once

#include "base/json.h"
#include "lengthwise/evaluation_result.h"

namespace lengthwise {

OrderedJson RunJson(const RunResult& run);

}  // namespace lengthwise
