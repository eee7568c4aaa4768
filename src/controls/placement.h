// Whether a passage is found wherever it stands in a text: nDCG@10 by its place, at constant length and
// content.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "collapse/arms.h"
#include "controls/placement_frame.h"
#include "statistics/interval.h"

namespace lengthwise {

// How the texts are read.
enum class Handling {
  kCut,         // up to the length in force
  kOnePass,     // whole, in one pass
  kWindowMean,  // in windows, of which the mean is taken
  kBestWindow,  // in windows, of which the one that is most like the query counts
  kRepaired,    // as the repair has it
};
const char* HandlingName(Handling handling);  // "cut", "one pass", "window mean", "best window", "repaired"

// Each query ranks all texts, that hold their passages at one place; its own has the passage that it
// continues.
struct PlacedHandling {
  Handling handling = Handling::kCut;
  std::size_t read = 0;             // tokens of a pass, special tokens included
  Interval found[kPlaceCount];      // nDCG@10, mean over the queries
  Interval change[kPlaceCount];     // of it from the first place
  std::size_t best = 0, worst = 0;  // places
  // Position sensitivity (PSI of arXiv 2505.13950): 1 - worst / best over the places, 0 where it does not
  // matter where a passage stands. Of resamples each has a best and a worst place of its own; noise alone
  // lifts it above 0. Absent where nothing is found anywhere.
  std::optional<Interval> sensitivity;
};

struct Placement {
  PlacementFrame frame;  // without the documents' content
  std::size_t passages = 0;
  double chance = 0;  // nDCG@10 of texts in random order
  std::vector<PlacedHandling> handlings;
};

// `repaired`: how the texts are read beside what the model does by itself; null: no other way. One resample
// of the passages serves every place and handling. The same at any number of threads.
Placement MeasurePlacement(const Session& embedder, const PlacementFrame& frame,
                           const EmbedderOptions* repaired, const ResamplingOptions& resampling,
                           const TokenProgress& progress);

// Tokens that it embeds, about.
std::size_t CountPlacementTokens(const PlacementFrame& frame, const Session& embedder,
                                 const EmbedderOptions* repaired);

}  // namespace lengthwise
