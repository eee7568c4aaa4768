// Gains and ablation in the report: tables, and a sentence each.
#pragma once

#include <span>
#include <string>

#include "base/json.h"
#include "controls/ablation.h"
#include "controls/gain.h"

namespace lengthwise {

// The table `gains`.
OrderedJson GainsJson(std::span<const GainResult> gains);

// What the mean layer does at the shortest and the longest length. Empty for no gains.
std::string GainsSentence(std::span<const GainResult> gains);

// The member `ablation`, without the table.
OrderedJson AblationJson(const AblationResult& ablation);

// The table `ablated_heads`.
OrderedJson AblatedHeadsJson(const AblationResult& ablation);

}  // namespace lengthwise
