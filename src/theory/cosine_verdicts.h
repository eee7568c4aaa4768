// The corollary on cosine, judged on the simulated stacks.
#pragma once

#include <vector>

#include "theory/cosine.h"
#include "theory/region.h"

namespace lengthwise {

// Tokens more alike than this at the shortest length have nothing left to lose with length.
inline constexpr double kTokensAlike = 0.999;

std::vector<Verdict> JudgeCosine(const CosineResult& result);

}  // namespace lengthwise
