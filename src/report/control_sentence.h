// What each control found, in a sentence.
#pragma once

#include <string>
#include <vector>

#include "controls/controls.h"

namespace lengthwise {

// Of the longest length, with intervals where there are any.
std::string RepeatedSentence(const RepeatedControl& control, const ControlFrame& frame);
// Also where too few documents leave no length.
std::string MixedSentence(const std::vector<MixedLength>& mixed, const ControlFrame& frame);
std::string DilutedSentence(const std::vector<DilutedLength>& diluted, const ControlFrame& frame);
std::string AttributionSentence(const Attribution& attribution);

}  // namespace lengthwise
