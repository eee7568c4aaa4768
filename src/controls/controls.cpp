#include "controls/controls.h"

#include <algorithm>
#include <array>

#include "base/random.h"
#include "collapse/resampled_cosine.h"
#include "collapse/resampling.h"

namespace lengthwise {
namespace {

// Of the documents; groups of k documents take the k-th.
std::uint64_t ResampleSeed(std::uint64_t seed, std::size_t group) {
  return Random(Random(seed ^ 0x67726F757073U).Next() ^ group).Next();
}

CopiesCheck CheckCopies(const ControlFrame& frame, const ControlVectors& vectors) {
  const std::size_t copies = CopiesOf(frame);
  const FloatRowMatrix repeated = ControlUnitRows(vectors, ControlSequence::kCopies, copies);
  const FloatRowMatrix single = ControlUnitRows(vectors, ControlSequence::kWhole, 1).topRows(repeated.rows());
  return {copies, static_cast<std::size_t>(repeated.rows()),
          static_cast<double>((repeated - single).rowwise().norm().maxCoeff())};
}

// Mean rows of groups of neighbouring rows; rows that fill no group are left out.
FloatRowMatrix GroupMeans(const FloatRowMatrix& rows, std::size_t size) {
  const auto step = static_cast<Eigen::Index>(size);
  FloatRowMatrix means(rows.rows() / step, rows.cols());
  for (Eigen::Index g = 0; g < means.rows(); ++g) {
    means.row(g) = rows.middleRows(g * step, step).cast<double>().colwise().mean().cast<float>();
  }
  return means;
}

// Unit vectors of the mean of each document's first passage and the filler's first count - 1.
FloatRowMatrix AveragedRows(const ControlFrame& frame, const ControlVectors& vectors, std::size_t count) {
  const FloatRowMatrix& first = vectors.at({ControlSequence::kWindow, 0});
  Eigen::MatrixXd sum = first.cast<double>();
  for (std::size_t d = 0; d < frame.documents.size(); ++d) {
    for (std::size_t i = 0; i + 1 < count; ++i) {
      const FillerPassage from = FillerOf(frame, d, i);
      sum.row(static_cast<Eigen::Index>(d)) += vectors.at({ControlSequence::kWindow, from.passage})
                                                   .row(static_cast<Eigen::Index>(from.document))
                                                   .cast<double>();
    }
  }
  return UnitRows((sum / static_cast<double>(count)).cast<float>());
}

}  // namespace

RepeatedControl MeasureRepeated(const ControlFrame& frame, const ControlVectors& vectors,
                                const Eigen::MatrixXd& weights, double confidence) {
  const auto interval = [&](const ResampledValue& value) {
    return IntervalOf(value, confidence, frame.documents.size());
  };
  RepeatedControl control;
  const FloatRowMatrix single_rows = ControlUnitRows(vectors, ControlSequence::kWhole, 1);
  const ResampledValue single = ResampledCosine(single_rows, weights);
  for (const std::size_t copies : frame.multiples) {
    const bool one = copies == 1;
    const FloatRowMatrix rows =
        one ? single_rows : ControlUnitRows(vectors, ControlSequence::kRepeated, copies);
    const ResampledValue cosine = one ? single : ResampledCosine(rows, weights);
    const ResampledValue equal =
        one ? single
            : ResampledCosine(ControlUnitRows(vectors, ControlSequence::kRepeatedEqual, copies), weights);
    const ResampledValue read_on =
        one ? single : ResampledCosine(ControlUnitRows(vectors, ControlSequence::kWhole, copies), weights);
    control.lengths.push_back({.copies = copies,
                               .length = frame.Length(copies),
                               .cosine = interval(cosine),
                               .change = interval(cosine - single),
                               .equal_positions = interval(equal),
                               .from_positions = interval(cosine - equal),
                               .from_rest = interval(equal - single),
                               .own_cosine = interval(ResampledMean(RowCosines(rows, single_rows), weights)),
                               .read_on = interval(read_on),
                               .read_on_excess = interval(read_on - cosine)});
  }
  control.check = CheckCopies(frame, vectors);
  return control;
}

std::vector<MixedLength> MeasureMixed(const ControlFrame& frame, const ControlVectors& vectors,
                                      const ResamplingOptions& resampling) {
  std::vector<MixedLength> lengths;
  for (const std::size_t pieces : MixedMultiples(frame)) {
    const std::size_t groups = frame.documents.size() / pieces;
    const Eigen::MatrixXd weights =
        ResampleWeights(groups, resampling.replicates, ResampleSeed(resampling.seed, pieces));
    const auto cosine = [&](ControlSequence sequence) {
      return ResampledCosine(GroupMeans(ControlUnitRows(vectors, sequence, pieces), pieces), weights);
    };
    const ResampledValue whole = cosine(ControlSequence::kWhole);
    const ResampledValue mixed = cosine(ControlSequence::kMixed);
    lengths.push_back({pieces, frame.Length(pieces), groups, IntervalOf(whole, resampling.confidence, groups),
                       IntervalOf(mixed, resampling.confidence, groups),
                       IntervalOf(mixed - whole, resampling.confidence, groups)});
  }
  return lengths;
}

std::vector<DilutedLength> MeasureDiluted(const ControlFrame& frame, const ControlVectors& vectors,
                                          const Eigen::MatrixXd& weights, double confidence) {
  const auto interval = [&](const ResampledValue& value) {
    return IntervalOf(value, confidence, frame.documents.size());
  };
  const FloatRowMatrix passage = ControlUnitRows(vectors, ControlSequence::kWhole, 1);
  const auto with_passage = [&](const FloatRowMatrix& rows) {
    return ResampledMean(RowCosines(rows, passage), weights);
  };
  std::vector<DilutedLength> lengths;
  for (const std::size_t count : DilutedMultiples(frame)) {
    const auto cosine = [&](ControlSequence sequence) {
      return with_passage(ControlUnitRows(vectors, sequence, count));
    };
    const std::array<ResampledValue, 3> places = {cosine(ControlSequence::kDilutedBeginning),
                                                  cosine(ControlSequence::kDilutedMiddle),
                                                  cosine(ControlSequence::kDilutedEnd)};
    const ResampledValue floor = cosine(ControlSequence::kFiller);
    lengths.push_back({.passages = count,
                       .length = frame.Length(count),
                       .beginning = interval(places[0]),
                       .middle = interval(places[1]),
                       .end = interval(places[2]),
                       .averaging = interval(with_passage(AveragedRows(frame, vectors, count))),
                       .floor = interval(floor),
                       .above_floor = interval(MeanOf(places) - floor),
                       .middle_minus_beginning = interval(places[1] - places[0]),
                       .end_minus_beginning = interval(places[2] - places[0])});
  }
  return lengths;
}

ControlResult MeasureControls(const Session& embedder, const ControlFrame& frame,
                              const ControlOptions& options, const ResamplingOptions& resampling,
                              const TokenProgress& progress) {
  ControlResult result;
  result.frame = frame;
  result.frame.documents.clear();
  result.documents = frame.documents.size();
  if (frame.documents.empty()) return result;
  const ControlVectors vectors = EmbedControls(embedder, frame, PlanControls(frame, options), progress);
  const Eigen::MatrixXd weights =
      ResampleWeights(frame.documents.size(), resampling.replicates, ResampleSeed(resampling.seed, 1));
  if (options.repeated) {
    result.repeated = MeasureRepeated(frame, vectors, weights, resampling.confidence);
    result.repeated->relative_positions = embedder.spec().has_distance_bias();
  }
  if (options.mixed) result.mixed = MeasureMixed(frame, vectors, resampling);
  if (options.diluted) result.diluted = MeasureDiluted(frame, vectors, weights, resampling.confidence);
  if (options.attribution) {
    result.attribution = MeasureAttribution(frame, vectors, weights, resampling.confidence);
    result.attribution->relative_positions = embedder.spec().has_distance_bias();
  }
  return result;
}

}  // namespace lengthwise
