#include "theory/cosine_verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>

namespace lengthwise {
namespace {

Finding AboveZero(const Interval& interval) {
  if (*interval.low > 0) return Finding::kHolds;
  return *interval.high < 0 ? Finding::kFails : Finding::kUndecided;
}

std::string PartsLabel(StackParts parts) {
  switch (parts) {
    case StackParts::kAttention:
      return "attention alone";
    case StackParts::kResidual:
      return "with residual";
    case StackParts::kLayerNorm:
      return "with residual and LayerNorm";
    case StackParts::kFeedForward:
      break;
  }
  return "with residual, LayerNorm and FFN";
}

// A grid over sigma and depth for each set of parts; slopes come by parts, sigma, depth, after that of
// pooling.
std::vector<FindingGrid> Grids(const CosineResult& result,
                               const std::function<Finding(const CosineSlope&)>& judge) {
  std::vector<FindingGrid> grids;
  const std::vector<double> depths(std::begin(kCosineDepths), std::end(kCosineDepths));
  const std::size_t cells = result.sigmas.size() * depths.size();
  for (std::size_t i = 1; i < result.slopes.size(); ++i) {
    const std::size_t cell = (i - 1) % cells;
    if (cell == 0) {
      grids.emplace_back(PartsLabel(*result.slopes[i].place.parts), "sigma_s", result.sigmas, "depth",
                         depths);
    }
    grids.back().At(cell / depths.size(), cell % depths.size()) = judge(result.slopes[i]);
  }
  return grids;
}

// Cells come by place, length, and places as slopes do.
const CosineCell& ShortestOf(const CosineResult& result, const CosineSlope& slope) {
  const auto index = static_cast<std::size_t>(&slope - result.slopes.data());
  return result.cells[index * result.lengths.size()];
}

Verdict JudgePooling(const CosineResult& result) {
  const CosineSlope& pooling = result.slopes.front();
  Verdict verdict;
  verdict.claim = "pooling";
  verdict.statement =
      "Pooling alone, without any attention, makes the embeddings of longer texts more alike (a mean of n "
      "tokens "
      "concentrates on what texts share).";
  const Finding finding = AboveZero(pooling.slope);
  verdict.status = finding == Finding::kHolds   ? VerdictStatus::kTrue
                   : finding == Finding::kFails ? VerdictStatus::kFalse
                                                : VerdictStatus::kUndecided;
  verdict.cells = {finding == Finding::kHolds, finding == Finding::kFails, finding == Finding::kUndecided};
  verdict.region = fmt::format("tokens that share {} of their variance over all texts and {} within one",
                               result.tokens.shared, result.tokens.topic);
  verdict.numbers = {{"slope_per_doubling", *pooling.slope.estimate},
                     {"cosine_at_shortest", *result.cells.front().cosine.estimate},
                     {"cosine_at_longest", *result.cells[result.lengths.size() - 1].cosine.estimate}};
  return verdict;
}

struct Range {
  double least;
  double largest;
};

// Of an excess over pooling, all places but pooling itself.
Range RangeOf(const CosineResult& result, Interval CosineSlope::*value) {
  Range range = {*(result.slopes.back().*value).estimate, *(result.slopes.back().*value).estimate};
  for (std::size_t i = 1; i < result.slopes.size(); ++i) {
    const double estimate = *(result.slopes[i].*value).estimate;
    range.least = std::min(range.least, estimate);
    range.largest = std::max(range.largest, estimate);
  }
  return range;
}

}  // namespace

std::vector<Verdict> JudgeCosine(const CosineResult& result) {
  const Verdict tokens = JudgeGrids(
      "corollary_tokens",
      fmt::format(
          "Longer text makes the tokens of a text more alike (where their cosine is below {} at the shortest "
          "length).",
          kTokensAlike),
      Grids(result, [&](const CosineSlope& slope) {
        const bool alike = *ShortestOf(result, slope).token_cosine.estimate > kTokensAlike;
        return alike ? Finding::kOutside : AboveZero(slope.token_slope);
      }));
  Verdict level = JudgeGrids(
      "corollary_level",
      fmt::format("Texts of {} tokens get embeddings more alike than pooling alone would make them.",
                  result.lengths.back()),
      Grids(result, [](const CosineSlope& slope) { return AboveZero(slope.excess_at_longest); }));
  const Range longest = RangeOf(result, &CosineSlope::excess_at_longest);
  level.numbers = {{"least_excess_at_longest", longest.least},
                   {"largest_excess_at_longest", longest.largest}};
  Verdict slope = JudgeGrids("corollary_slope",
                             "Cosine of pooled embeddings rises faster with length than by pooling alone.",
                             Grids(result, [](const CosineSlope& s) { return AboveZero(s.excess_slope); }));
  const Range steeper = RangeOf(result, &CosineSlope::excess_slope);
  const Range shortest = RangeOf(result, &CosineSlope::excess_at_shortest);
  slope.numbers = {{"least_excess_slope", steeper.least},
                   {"largest_excess_slope", steeper.largest},
                   {"least_excess_at_shortest", shortest.least},
                   {"largest_excess_at_shortest", shortest.largest}};
  return {JudgePooling(result), tokens, level, slope};
}

}  // namespace lengthwise
