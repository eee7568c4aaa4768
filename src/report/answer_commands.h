// The next commands of an answer, as a shell takes them.
#pragma once

#include "base/json.h"
#include "lengthwise/answer.h"
#include "report/answer_parts.h"

namespace lengthwise {

// Rows of {"title": what it is for, "command": one line a command}.
OrderedJson NextCommands(const ModelAnswer& answer, const AnswerParts& parts, const AnswerContext& context);

}  // namespace lengthwise
