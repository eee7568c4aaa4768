// The evaluation as a versioned JSON document, described by docs/evaluation.schema.json.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "collapse/description.h"
#include "lengthwise/evaluation_result.h"
#include "lengthwise/resampling.h"

namespace lengthwise {

inline constexpr int kEvaluationVersion = 1;

struct EvaluationContext {
  std::vector<std::string> command;  // program name first
  ModelDescription model;
  LongInput long_input;
  ResamplingOptions resampling;
};

// At least one task. Numbers that are not integers are rounded as JsonNumber does. Throws kInternal for a
// number that is not finite.
OrderedJson EvaluationDocument(std::span<const TaskResult> tasks, const EvaluationContext& context);

// Text of the file.
std::string FormatEvaluation(const OrderedJson& evaluation);

}  // namespace lengthwise
