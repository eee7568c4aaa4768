#include "controls/attribution.h"

#include <fmt/format.h>

#include <span>

#include "collapse/collapse_index.h"
#include "collapse/resampled_cosine.h"

namespace lengthwise {
namespace {

struct Levels {
  ResampledValue windows, pooled, interpolated, whole;
};

struct Parts {
  ResampledValue content, pooling, attention, positions, rise;
};

Parts PartsOf(const Levels& levels, const ResampledValue& base) {
  return {levels.windows - base, levels.pooled - levels.windows, levels.interpolated - levels.pooled,
          levels.whole - levels.interpolated, levels.whole - base};
}

// Slope on log2(length), of the estimate and in every resample.
ResampledValue SlopeOf(std::span<const std::size_t> lengths, std::span<const Parts> parts,
                       ResampledValue Parts::*part) {
  ResampledValue slope;
  std::vector<double> values(parts.size());
  const auto slope_at = [&](const auto& value_of) {
    for (std::size_t l = 0; l < parts.size(); ++l) values[l] = value_of(parts[l].*part);
    return SlopePerDoubling(lengths, values);
  };
  slope.estimate = slope_at([](const ResampledValue& value) { return value.estimate; });
  for (std::size_t r = 0; r < (parts[0].*part).replicates.size(); ++r) {
    slope.replicates.push_back(slope_at([r](const ResampledValue& value) { return value.replicates[r]; }));
  }
  return slope;
}

}  // namespace

Attribution MeasureAttribution(const ControlFrame& frame, const ControlVectors& vectors,
                               const Eigen::MatrixXd& weights, double confidence) {
  const auto interval = [&](const ResampledValue& value) {
    return IntervalOf(value, confidence, frame.documents.size());
  };
  const auto intervals = [&](const Parts& parts) {
    return AttributedParts{interval(parts.content), interval(parts.pooling), interval(parts.attention),
                           interval(parts.positions), interval(parts.rise)};
  };
  const auto cosine = [&](ControlSequence sequence, std::size_t count) {
    return ResampledCosine(ControlUnitRows(vectors, sequence, count), weights);
  };
  Attribution attribution;
  attribution.position_range = InterpolatedRange(frame, frame.multiples.back());
  std::vector<ResampledValue> windows;  // cosine of window i
  for (std::size_t w = 0; w < frame.multiples.back(); ++w)
    windows.push_back(cosine(ControlSequence::kWindow, w));
  std::vector<std::size_t> lengths;
  std::vector<Parts> parts;
  for (const std::size_t count : frame.multiples) {
    Levels levels;
    levels.windows = MeanOf(std::span(windows).first(count));
    // One window is the whole text and its own mean.
    levels.whole = count == 1 ? windows[0] : cosine(ControlSequence::kWhole, count);
    levels.pooled = count == 1 ? windows[0] : ResampledCosine(MeanWindowRows(vectors, count), weights);
    const bool beyond = InterpolatedRange(frame, count) > 0;
    levels.interpolated = beyond ? cosine(ControlSequence::kInterpolated, count) : levels.whole;
    parts.push_back(PartsOf(levels, windows[0]));
    lengths.push_back(frame.Length(count));
    attribution.lengths.push_back({.windows = count,
                                   .length = lengths.back(),
                                   .interpolated = beyond,
                                   .windows_cosine = interval(levels.windows),
                                   .pooled_cosine = interval(levels.pooled),
                                   .interpolated_cosine = interval(levels.interpolated),
                                   .whole_cosine = interval(levels.whole),
                                   .parts = intervals(parts.back())});
    if (const std::size_t range = SqueezedRange(frame, count)) {
      attribution.checks.push_back(
          {lengths.back(), range, interval(cosine(ControlSequence::kSqueezed, count) - levels.whole)});
    }
  }
  attribution.per_doubling =
      intervals({SlopeOf(lengths, parts, &Parts::content), SlopeOf(lengths, parts, &Parts::pooling),
                 SlopeOf(lengths, parts, &Parts::attention), SlopeOf(lengths, parts, &Parts::positions),
                 SlopeOf(lengths, parts, &Parts::rise)});
  return attribution;
}

std::vector<std::string> AttributionAssumptions(const Attribution& attribution, const ControlFrame& frame) {
  std::vector<std::string> assumptions = {
      "The parts are taken in the order content, averaging of windows, attention, positions; another order "
      "would share "
      "out what two of them do together differently.",
      fmt::format(
          "Content: windows of {} content tokens, each embedded alone with special tokens of its own, "
          "show how alike later text is by itself. Words cut by a window's edge count as text.",
          frame.passage),
      "Pooling: the mean of a text's window vectors stands for averaging without attention between windows; "
      "within a window attention is at work already.",
      "Attention: from the mean of windows to the whole text changes more than attention between windows: "
      "one set of special tokens instead of one a window, and positions that count on instead of starting "
      "anew.",
  };
  if (attribution.position_range > 0) {
    assumptions.push_back(fmt::format(
        "Positions: a text of more than {0} tokens has its learned positions interpolated into the first "
        "{0}, "
        "which also brings neighbouring positions closer than in training; what that does by itself is "
        "measured on texts within these {0}.",
        attribution.position_range));
  } else if (frame.trained_limit == 0) {
    assumptions.emplace_back(
        "Positions: the model's folder names no trained length, so nothing is attributed to positions beyond "
        "it.");
  } else {
    assumptions.push_back(fmt::format(
        "Positions: no length here lies beyond the trained {} tokens, so nothing is attributed to them.",
        frame.trained_limit));
  }
  if (attribution.relative_positions) {
    assumptions.emplace_back(
        "The model also has a relative position bias, which stays as it is under interpolation: its effect "
        "belongs to attention.");
  }
  return assumptions;
}

}  // namespace lengthwise
