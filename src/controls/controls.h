// What the controls show: repeated, mixed and diluted texts.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "collapse/arm_result.h"
#include "controls/attribution.h"
#include "controls/control_plan.h"
#include "controls/control_vectors.h"
#include "controls/interventions.h"
#include "controls/placement.h"

namespace lengthwise {

// A passage repeated: its content stays, its length alone changes.
struct RepeatedLength {
  std::size_t copies = 1;
  std::size_t length = 0;  // tokens, special tokens included
  Interval cosine;         // mean pairwise, of the repeated passages of different documents
  Interval change;         // of it from a single copy
  // The same with every copy at the positions of the first. Attention over k equal copies is attention over
  // one, so what is then left of the change comes from what is not repeated: the special tokens, whose share
  // of the attention and of the mean falls; and, where the model has one, the relative position bias, which
  // tells copies apart by distance.
  Interval equal_positions;
  Interval from_positions;  // cosine - equal_positions
  Interval from_rest;       // equal_positions - cosine of a single copy
  Interval own_cosine;      // of the repeated passage with its single copy, mean over documents
  Interval read_on;         // mean pairwise cosine of the same documents read on to the same length
  Interval read_on_excess;  // read_on - cosine: what later text adds
};

// Whole sequences repeated, special tokens too, at equal positions: without a relative bias the vector of the
// single sequence, but for rounding.
struct CopiesCheck {
  std::size_t copies = 0;
  std::size_t documents = 0;
  double largest_distance = 0;  // Euclidean, of unit vectors, over documents
};

struct RepeatedControl {
  std::vector<RepeatedLength> lengths;  // from a single copy on
  CopiesCheck check;
  bool relative_positions = false;  // the model has a relative position bias
};

// The same passages at the same places of sequences of one length: in their documents, and shuffled between
// the documents of a group. Only pairs of different groups are compared, which share no document, by
// resampling groups.
struct MixedLength {
  std::size_t pieces = 0;  // passages, each of another document; also the size of a group
  std::size_t length = 0;
  std::size_t groups = 0;
  Interval whole;
  Interval mixed;
  Interval difference;  // mixed - whole
};

// A document's first passage inside passages of other documents: cosine of the whole with the vector of the
// passage alone, mean over documents.
struct DilutedLength {
  std::size_t passages = 0;  // in all; the passage's share is 1 / passages
  std::size_t length = 0;
  Interval beginning, middle, end;
  Interval averaging;    // mean of the separately embedded passages in the whole's place: no attention
  Interval floor;        // one more passage of filler in the passage's place
  Interval above_floor;  // mean of beginning, middle and end - floor
  Interval middle_minus_beginning;
  Interval end_minus_beginning;
};

struct ControlResult {
  ControlFrame
      frame;  // without the documents' content; no passage: none was asked for that is made of passages
  std::size_t documents = 0;
  std::optional<RepeatedControl> repeated;
  std::optional<std::vector<MixedLength>> mixed;
  std::optional<std::vector<DilutedLength>> diluted;
  std::optional<Attribution> attribution;
  std::optional<Interventions> interventions;  // absent where too few documents are long enough
  std::optional<Placement> placement;          // the same
};

RepeatedControl MeasureRepeated(const ControlFrame& frame, const ControlVectors& vectors,
                                const Eigen::MatrixXd& weights, double confidence);
std::vector<MixedLength> MeasureMixed(const ControlFrame& frame, const ControlVectors& vectors,
                                      const ResamplingOptions& resampling);
std::vector<DilutedLength> MeasureDiluted(const ControlFrame& frame, const ControlVectors& vectors,
                                          const Eigen::MatrixXd& weights, double confidence);

// Embeds and measures what `options` ask for. One resample of the documents serves every control and length.
// The same at any number of threads.
ControlResult MeasureControls(const Session& embedder, const ControlFrame& frame,
                              const ControlOptions& options, const ResamplingOptions& resampling,
                              const TokenProgress& progress);

}  // namespace lengthwise
