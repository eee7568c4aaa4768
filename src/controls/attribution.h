// How much of the change of cosine with length is content, averaging of windows, attention, and positions
// beyond the trained length: a chain of counterfactuals on the same documents, each with one thing more than
// the last.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "controls/control_plan.h"
#include "controls/control_vectors.h"
#include "statistics/interval.h"

namespace lengthwise {

// The links of the chain: levels of mean pairwise cosine at n tokens, k windows.
//   base          the first window of each document
//   windows       mean over windows i < k of the cosine of the documents' windows i, each embedded alone
//   pooled        the mean of a document's k window vectors: averaging, but no attention between windows
//   interpolated  the whole text, its positions interpolated into the trained range
//   whole         the whole text
// and its parts, differences of neighbouring levels, whose sum is whole - base:
struct AttributedParts {
  Interval content;    // windows - base: later text is by itself more or less alike
  Interval pooling;    // averaging of windows: pooled - windows
  Interval attention;  // interpolated - pooled
  Interval positions;  // whole - interpolated; exactly 0 while n is within the trained range
  Interval rise;       // whole - base
};

struct AttributedLength {
  std::size_t windows = 1;
  std::size_t length = 0;     // tokens, special tokens included
  bool interpolated = false;  // false: the level is that of the whole text
  Interval windows_cosine, pooled_cosine, interpolated_cosine, whole_cosine;
  AttributedParts parts;
};

// Interpolation moves positions within the trained range too. What it does by itself: texts that lie within
// the range, interpolated by the factor of the longest text.
struct InterpolationCheck {
  std::size_t length = 0;
  std::size_t range = 0;
  Interval difference;  // interpolated - as is
};

struct Attribution {
  std::size_t position_range = 0;         // 0: no length lies beyond the trained one, or that is not known
  bool relative_positions = false;        // the model has a relative position bias, which no part separates
  std::vector<AttributedLength> lengths;  // from one window on
  // Least-squares slopes of the parts on log2(length), over all lengths, 0 at one window: their sum is the
  // slope of the rise.
  AttributedParts per_doubling;
  std::vector<InterpolationCheck> checks;
};

// `vectors` hold kWindow of every window, kWhole, kInterpolated and kSqueezed of the multiples that have
// them. `weights` [documents x replicates]: the same resamples for every level.
Attribution MeasureAttribution(const ControlFrame& frame, const ControlVectors& vectors,
                               const Eigen::MatrixXd& weights, double confidence);

// What the parts rest on, in words.
std::vector<std::string> AttributionAssumptions(const Attribution& attribution, const ControlFrame& frame);

}  // namespace lengthwise
