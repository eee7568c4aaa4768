// The fixed recipe of docs/repair.md: one vector a document that gains with every model and text tried, with
// nothing to choose and no labels.
#pragma once

#include <cstddef>

#include "lengthwise/fit.h"
#include "lengthwise/long_input.h"
#include "lengthwise/post_process.h"

namespace lengthwise {

// Windows of 128 tokens, each whitened by the scatter of windows within documents (a share of .8 of it,
// epsilon .1, more where there are fewer than 500 windows), and a document's vector .3 of its first window
// beside .7 of the mean of all. To be had as a repair by FitRepair, with an embedder of the first and options
// with the second.
inline constexpr std::size_t kRecipeWindow = 128;
// For a model that reads so many tokens, special tokens included; fewer than 128 make shorter windows.
LongInput RecipeLongInput(std::size_t longest = kRecipeWindow);
PostProcessSpec RecipePostProcess();
// What helps where vectors are compared with each other and not searched (rated pairs): the mean of the same
// windows, without whitening, which costs similarity more than it gains (docs/repair.md, "Other uses").
LongInput SimilarityLongInput(std::size_t longest = kRecipeWindow);
// RecipePostProcess on each window; with fewer than 500 windows epsilon grows, and the mean of queries is
// drawn to the documents' as if 10 queries lay there (docs/repair.md says what that is worth). Other members
// as they are by default.
FitOptions RecipeFit();
// The recipe's whitening for vectors of whole texts, read in one pass and cut at the length in force: what
// windows of so many tokens tell of the scatter within documents, damped in one vector. export folds it.
FitOptions OnePassFit(std::size_t longest = kRecipeWindow);

}  // namespace lengthwise
