// What each intervention found, in a sentence.
#pragma once

#include <string>

#include "controls/interventions.h"

namespace lengthwise {

// Not without a table of positions.
std::string OffsetSentence(const Interventions& interventions);
std::string FurtherSentence(const Interventions& interventions);
std::string IdentitySentence(const Interventions& interventions);
std::string PoolingSentence(const Interventions& interventions);
std::string StaticSentence(const Interventions& interventions);
// All of them.
std::string InterventionsSentence(const Interventions& interventions);

}  // namespace lengthwise
