// The ways of searching that tuning compares, by what they cost.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lengthwise/position_map.h"
#include "lengthwise/run.h"
#include "lengthwise/tune.h"

namespace lengthwise {

// How a text is read in one pass, which a checkpoint holds.
struct OnePass {
  PositionMap positions;
  std::size_t length = 0;  // the most tokens, special tokens included
};

struct Candidate {
  std::string title;
  CostClass cost_class = CostClass::kModel;
  RunDescription run;
  std::size_t pass = 0;  // where documents are read in one: which of the passes; the first is the model's own
};

inline constexpr std::size_t kModelCandidate = 0;
inline constexpr std::size_t kRecipeCandidate = 1;

// The passes to try beside the model's own for a checkpoint: as far as its positions reach (at most
// kFarthestPass), with its table as it is, squeezed and repeated (docs/repair.md). `positions`: those of the
// model; 0: it has no table, and no limit to mend. Without `maps` as it is alone. None where it reads as far
// already.
inline constexpr std::size_t kFarthestPass = 512;
std::vector<OnePass> FartherPasses(std::size_t positions, std::size_t in_force, bool maps = true);

// A pass, and the whitening that was fitted to it.
struct FittedPass {
  OnePass how;
  PostProcessSpec spec;
  std::size_t pass = 0;
};

// The model as it is, then the recipe, then what else there is to choose. `spec`: the whitening as fitted,
// which lead-body and several vectors share; `passes`: those to which one could be fitted.
std::vector<Candidate> Candidates(std::size_t window, std::size_t vectors, const PostProcessSpec& spec,
                                  std::span<const FittedPass> passes);

}  // namespace lengthwise
