#include "lengthwise/recipe.h"

namespace lengthwise {

LongInput RecipeLongInput() {
  return {.kind = LongInputKind::kLeadBody, .window = kRecipeWindow};
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
  return options;
}

}  // namespace lengthwise
