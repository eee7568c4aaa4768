// The fixed recipe of docs/repair.md: one vector a document that gains with every model and text tried, with
// nothing to choose and no labels.
#pragma once

#include <cstddef>

#include "lengthwise/fit.h"
#include "lengthwise/long_input.h"
#include "lengthwise/post_process.h"

namespace lengthwise {

// Windows of 128 tokens, each whitened by the scatter of windows within documents (a share of .8 of it,
// epsilon .1), and a document's vector .3 of its first window beside .7 of the mean of all. To be had as a
// repair by FitRepair, with an embedder of the first and options with the second.
inline constexpr std::size_t kRecipeWindow = 128;
LongInput RecipeLongInput();
PostProcessSpec RecipePostProcess();
// RecipePostProcess on each window; other members as they are by default.
FitOptions RecipeFit();

}  // namespace lengthwise
