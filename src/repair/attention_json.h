// The member "attention" of a repair file.
#pragma once

#include <string>

#include "base/json.h"
#include "lengthwise/attention_policy.h"

namespace lengthwise {

// Throws kBadInput, naming the member.
AttentionPolicy ReadAttention(const Json& object, const std::string& file);

OrderedJson FormatAttention(const AttentionPolicy& policy);

}  // namespace lengthwise
