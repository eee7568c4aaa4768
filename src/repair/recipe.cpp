#include "lengthwise/recipe.h"

#include <algorithm>

namespace lengthwise {

LongInput RecipeLongInput(std::size_t longest) {
  return {.kind = LongInputKind::kLeadBody, .window = std::min(kRecipeWindow, longest)};
}

LongInput SimilarityLongInput(std::size_t longest) {
  return {.kind = LongInputKind::kWindowMean, .window = std::min(kRecipeWindow, longest)};
}

PostProcessSpec RecipePostProcess() {
  PostProcessSpec spec;
  spec.kind = PostProcessKind::kWhiten;
  spec.epsilon = 0.1;
  spec.within = 0.8;
  return spec;
}

FitOptions RecipeFit() {
  FitOptions options;
  options.spec = RecipePostProcess();
  options.each_window = true;
  options.enough = 500;
  options.query_prior = 10;
  return options;
}

FitOptions OnePassFit(std::size_t longest) {
  FitOptions options = RecipeFit();
  options.each_window = false;
  options.scatter_window = std::min(kRecipeWindow, longest);
  return options;
}

}  // namespace lengthwise
