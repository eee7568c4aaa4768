// What tuning found as a versioned JSON document, described by docs/tune.schema.json.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "collapse/description.h"
#include "lengthwise/resampling.h"
#include "lengthwise/tune.h"

namespace lengthwise {

inline constexpr int kTuneVersion = 1;

struct TuneContext {
  std::vector<std::string> command;  // program name first
  ModelDescription model;
  ResamplingOptions resampling;
};

OrderedJson TuneDocumentOf(const TuneResult& result, const TuneContext& context);

}  // namespace lengthwise
