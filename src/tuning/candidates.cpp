#include "tuning/candidates.h"

#include <fmt/format.h>

#include <algorithm>

#include "lengthwise/recipe.h"

namespace lengthwise {
namespace {

// Scores of vectors and of words, half and half, both standardised.
constexpr double kHybridWeight = 0.5;

std::string TitleOf(const FittedPass& pass) {
  if (pass.pass == 0) return "one pass, whitened (a checkpoint for any server)";
  std::string positions;
  if (pass.how.positions.kind == PositionMapKind::kSqueeze) positions = ", positions squeezed";
  if (pass.how.positions.kind == PositionMapKind::kRepeat) positions = ", positions repeated";
  return fmt::format("one pass of {} tokens{}, whitened", pass.how.length, positions);
}

}  // namespace

const char* CostClassName(CostClass cost) {
  switch (cost) {
    case CostClass::kModel:
      return "model";
    case CostClass::kCheckpoint:
      return "checkpoint";
    case CostClass::kOneVector:
      return "one_vector";
    case CostClass::kSeveralVectors:
      return "several_vectors";
    case CostClass::kWithBm25:
      return "with_bm25";
  }
  return "";
}

std::vector<OnePass> FartherPasses(std::size_t positions, std::size_t in_force, bool maps) {
  const std::size_t length = std::min(positions, kFarthestPass);
  if (length <= in_force) return {};
  std::vector<OnePass> passes = {{{}, length}};
  if (!maps) return passes;
  for (const char* const map : {"squeeze:96:126", "repeat:63:126"}) {
    const PositionMap parsed = ParsePositionMap(map);
    if (parsed.last + 1 < length) passes.push_back({parsed, length});
  }
  return passes;
}

std::vector<Candidate> Candidates(std::size_t window, std::size_t vectors, const PostProcessSpec& spec,
                                  std::span<const FittedPass> passes) {
  std::vector<Candidate> candidates;
  candidates.push_back({"the model as it is", CostClass::kModel, {}});
  const auto lead_body = [&](double lead, std::string title) {
    RunDescription run;
    run.repair.long_input = RecipeLongInput(window);
    run.repair.long_input->lead = lead;
    run.repair.post_process = spec;
    candidates.push_back({std::move(title), CostClass::kOneVector, run});
  };
  const auto several = [&](std::size_t count, std::string title) {
    RunDescription run;
    run.repair.long_input = {
        .kind = LongInputKind::kWindows, .window = window, .vectors = count, .add_body = true};
    run.repair.post_process = spec;
    run.matching.best = 1;
    candidates.push_back({std::move(title), CostClass::kSeveralVectors, run});
  };
  lead_body(kDefaultLead, "the recipe (one vector)");
  lead_body(0.5, "one vector, half of it the beginning");
  lead_body(0, "one vector, all windows alike");
  for (const FittedPass& pass : passes) {
    RunDescription folded;
    folded.repair.post_process = pass.spec;
    candidates.push_back({TitleOf(pass), CostClass::kCheckpoint, folded, pass.pass});
  }
  several(vectors, fmt::format("at most {} vectors a document", vectors));
  several(0, "a vector for every window");
  const auto with_bm25 = [&](std::size_t of, const char* title) {
    RunDescription run = candidates[of].run;
    run.matching.hybrid = kHybridWeight;
    candidates.push_back({title, CostClass::kWithBm25, run});
  };
  with_bm25(kModelCandidate, "the model as it is, BM25 beside");
  with_bm25(kRecipeCandidate, "the recipe, BM25 beside");
  return candidates;
}

}  // namespace lengthwise
