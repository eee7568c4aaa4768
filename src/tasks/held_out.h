// Fits judged on what they have not seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "search/vector_set.h"
#include "tasks/scored_run.h"

namespace lengthwise {

// What a held-out run estimates: how documents and queries are served that a fit has not seen. Two fits, each
// to half of the documents; every document is processed by the one that has not seen it, so that relevant
// documents and the others that are searched are alike in that (were some of them fitted to and the relevant
// ones not, they could be told apart: on XQuAD whitening that loses .01 to .05 would gain .03). A query meets
// each document as the document's fit processes queries, centred on queries of the other half of the queries.
// Halves are drawn several times; a query's scores are averaged over the draws.
inline constexpr std::size_t kHeldOutDraws = 3;

struct HeldOutSplit {
  std::vector<std::uint8_t> documents, queries;  // half of each, 0 or 1: as many of each, but for one
};

HeldOutSplit SplitHeldOut(std::size_t documents, std::size_t queries, std::uint64_t seed, std::size_t draw);

// The documents of each half as the fit to the other half has them (`fits`, by the half fitted to), side by
// side with zeros for the other fit, so that their products with the queries, of which both fits stand side
// by side, are those of their own fit.
TaskVectors JoinFits(std::span<const TaskVectors, 2> fits, const HeldOutSplit& split);

// The documents alone, not put side by side.
VectorSet UnseenDocuments(std::span<const TaskVectors, 2> fits, const HeldOutSplit& split);

// Runs of the same units: every number the mean over them.
ScoredRun MeanOfRuns(std::span<const ScoredRun> runs);

}  // namespace lengthwise
