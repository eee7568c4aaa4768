// A model's parts of an answer, parsed, and what is looked up in them.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "lengthwise/answer.h"

namespace lengthwise {

struct AnswerParts {
  OrderedJson measured;
  OrderedJson tuned;
  OrderedJson evaluated;  // null: none

  const std::string& model() const;   // its name
  const std::string& answer() const;  // TuneAnswerName
};

// Throws kBadInput for what is no such document.
AnswerParts PartsOf(const ModelAnswer& answer);

// Of the tuning's candidates: the one that was chosen, the model as it is, and the recipe.
const OrderedJson& ChosenCandidate(const AnswerParts& parts);
const OrderedJson& ModelCandidate(const AnswerParts& parts);
// The one whose gain is spoken of: the chosen one, and where that is the model the recipe.
const OrderedJson& TriedCandidate(const AnswerParts& parts);

// Search before and after the tried candidate: {"judged_by": "judgements" (of the task, by fits that have
// seen neither document nor query) or "words", "queries", "before", "after", "difference" (intervals of
// nDCG@10), "quarters" and "by_length": rows of {"from", "to", "length", "count", "before", "after",
// "difference"} by the tokens of what is found}. Null where nothing tells.
OrderedJson SearchGain(const AnswerParts& parts);

// A member that may be absent, which is null then.
OrderedJson MemberOf(const OrderedJson& object, const char* name);

}  // namespace lengthwise
