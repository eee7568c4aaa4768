// The claims and laws judged on the simulated numbers.
#pragma once

#include <vector>

#include "theory/region.h"

namespace lengthwise {

struct TheoryRun;

// How far a law may lie from the mean it predicts, relative, to count as holding there.
inline constexpr double kLawAgreement = 0.05;
// The same for looser readings: rates and factors.
inline constexpr double kLooseAgreement = 0.1;

// In the order of the source's claims, then the laws that stand against them. `result.verdicts` is not read.
std::vector<Verdict> JudgeTheory(const TheoryRun& result);

}  // namespace lengthwise
