// The ways of searching that tuning compares, by what they cost.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lengthwise/run.h"
#include "lengthwise/tune.h"

namespace lengthwise {

struct Candidate {
  std::string title;
  CostClass cost_class = CostClass::kModel;
  RunDescription run;
};

inline constexpr std::size_t kModelCandidate = 0;
inline constexpr std::size_t kRecipeCandidate = 1;

// The model as it is, then the recipe, then what else there is to choose. `spec`: the whitening as fitted,
// which lead-body and several vectors share; `one_pass`: that of vectors of one pass, if any could be fitted.
std::vector<Candidate> Candidates(std::size_t window, std::size_t vectors, const PostProcessSpec& spec,
                                  const std::optional<PostProcessSpec>& one_pass);

}  // namespace lengthwise
