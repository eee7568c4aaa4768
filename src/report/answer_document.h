// The answer as a versioned JSON document, described by docs/answer.schema.json.
#pragma once

#include <span>

#include "base/json.h"
#include "lengthwise/answer.h"

namespace lengthwise {

inline constexpr int kAnswerVersion = 1;

// Throws kBadInput, and Json::exception for parts that lack what they must have.
OrderedJson AnswerDocumentOf(std::span<const ModelAnswer> models, const AnswerContext& context);

}  // namespace lengthwise
