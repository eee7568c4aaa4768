// A model's answer in words for people who know none of the terms.
#pragma once

#include <string>

#include "report/answer_parts.h"

namespace lengthwise {

// "collapses on this text from about 240 tokens on"; what else is so, or why it is not known.
std::string CollapseWords(const AnswerParts& parts);

// The whole answer in one sentence: whether the model collapses on this text and from where on, what to do,
// and what that gains. `gain`: SearchGain, here and below.
std::string AnswerSentence(const AnswerParts& parts, const OrderedJson& gain);

// The paragraphs below it; empty where there is nothing to say.
std::string WhyAlike(const AnswerParts& parts);
std::string WhomItConcerns(const AnswerParts& parts);
std::string WhatToDo(const AnswerParts& parts);
std::string WhatItGains(const AnswerParts& parts, const OrderedJson& gain);
std::string WhatItCosts(const AnswerParts& parts);

}  // namespace lengthwise
