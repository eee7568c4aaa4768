#include "controls/interventions.h"

#include <algorithm>
#include <map>
#include <span>

#include "base/fail.h"
#include "collapse/resampled_cosine.h"
#include "controls/static_means.h"
#include "controls/token_identity.h"
#include "controls/token_states.h"
#include "embedding/pooling.h"

namespace lengthwise {
namespace {

constexpr Pooling kPooled[kPoolings] = {Pooling::kMean, Pooling::kCls, Pooling::kMax, Pooling::kLastToken};

// What is kept of the states of every document's text, a row a document.
struct TextRows {
  FloatRowMatrix vectors;     // as the model pools
  FloatRowMatrix part_means;  // of the first tokens of a part; empty for texts shorter than it
  FloatRowMatrix unit_means;  // of states of unit length
  FloatRowMatrix pooled[kPoolings];
};

class Runner {
 public:
  Runner(const Session& embedder, const InterventionFrame& frame, const TokenProgress& progress)
      : embedder_(embedder), frame_(frame), progress_(progress) {}

  TextRows AsIs(std::size_t length) {
    TextRows rows = Empty(length);
    Each(length, {}, [&](std::size_t d, const float* states, std::size_t tokens) {
      const auto row = [&](FloatRowMatrix& matrix) {
        return std::span(matrix.row(static_cast<Eigen::Index>(d)).data(),
                         static_cast<std::size_t>(matrix.cols()));
      };
      embedder_.FinishVector(states, tokens, {}, row(rows.vectors));
      if (rows.part_means.size() > 0)
        PoolStates(Pooling::kMean, states, frame_.part - 1, row(rows.part_means));
      UnitMean(states, tokens, row(rows.unit_means));
      for (std::size_t p = 0; p < kPoolings; ++p) PoolStates(kPooled[p], states, tokens, row(rows.pooled[p]));
    });
    if (!rows.vectors.allFinite()) Fail(ErrorCode::kBadInput, "a vector of the interventions is not finite");
    return rows;
  }

  FloatRowMatrix Moved(std::size_t offset) {
    FloatRowMatrix vectors = Rows(embedder_.dimension());
    Intervention moved;
    moved.moved_from = frame_.prefix.size();
    moved.moved_by = offset;
    Each(frame_.part, moved, [&](std::size_t d, const float* states, std::size_t tokens) {
      embedder_.FinishVector(states, tokens, {},
                             {vectors.row(static_cast<Eigen::Index>(d)).data(), embedder_.dimension()});
    });
    if (!vectors.allFinite()) Fail(ErrorCode::kBadInput, "a vector of the interventions is not finite");
    return vectors;
  }

  FloatRowMatrix PartMeansAgain(std::size_t further) {
    const std::size_t hidden = embedder_.spec().hidden;
    FloatRowMatrix means = Rows(hidden);
    Intervention again;
    for (std::size_t t = 0; t < frame_.part + further; ++t) again.positions.push_back(t % frame_.part);
    Each(frame_.part + further, again, [&](std::size_t d, const float* states, std::size_t) {
      PoolStates(Pooling::kMean, states, frame_.part - 1,
                 {means.row(static_cast<Eigen::Index>(d)).data(), hidden});
    });
    return means;
  }

 private:
  FloatRowMatrix Rows(std::size_t columns) const {
    return FloatRowMatrix::Zero(static_cast<Eigen::Index>(frame_.documents.size()),
                                static_cast<Eigen::Index>(columns));
  }

  TextRows Empty(std::size_t length) const {
    const std::size_t hidden = embedder_.spec().hidden;
    TextRows rows;
    rows.vectors = Rows(embedder_.dimension());
    if (length >= frame_.part) rows.part_means = Rows(hidden);
    rows.unit_means = Rows(hidden);
    for (FloatRowMatrix& pooled : rows.pooled) pooled = Rows(hidden);
    return rows;
  }

  void Each(std::size_t length, const Intervention& intervention, const StateSink& sink) {
    const std::size_t before = tokens_;
    ForEachStates(embedder_, frame_.Cut(length), intervention, sink, [&](std::size_t done) {
      tokens_ = before + done;
      if (progress_) progress_(tokens_);
    });
  }

  const Session& embedder_;
  const InterventionFrame& frame_;
  const TokenProgress& progress_;
  std::size_t tokens_ = 0;
};

// Values at one length of the texts as they are.
struct LengthValues {
  ResampledValue vectors, part_means;
  IdentityValues identity;
  ResampledValue pooled[kPoolings];
};

class Measurer {
 public:
  Measurer(const Session& embedder, const InterventionFrame& frame, const ResamplingOptions& resampling,
           const TokenProgress& progress)
      : embedder_(embedder),
        frame_(frame),
        runner_(embedder, frame, progress),
        weights_(ResampleWeights(frame.documents.size(), resampling.replicates, resampling.seed)),
        confidence_(resampling.confidence) {}

  Interventions Measure() {
    Interventions result;
    result.frame = frame_;
    result.frame.documents.clear();
    result.documents = frame_.documents.size();
    for (const std::size_t length : frame_.Lengths()) values_.emplace(length, ValuesAt(length));
    for (const std::size_t offset : frame_.Offsets()) result.offset.push_back(Moved(offset));
    for (const std::size_t further : frame_.Further()) result.further.push_back(Followed(further));
    for (const auto& [length, values] : values_) {
      result.identity.push_back(IdentityOf(
          length, values.identity, length == frame_.part ? nullptr : &values_.at(frame_.part).identity));
      result.pooling.push_back(PooledAt(length));
    }
    result.static_means = MeasureStaticMeans(embedder_, frame_, weights_, confidence_);
    return result;
  }

 private:
  Interval IntervalOf(const ResampledValue& value) const {
    return lengthwise::IntervalOf(value, confidence_, frame_.documents.size());
  }
  ResampledValue Cosine(const FloatRowMatrix& rows) const {
    return ResampledCosine(UnitRows(rows), weights_);
  }

  LengthValues ValuesAt(std::size_t length) {
    const TextRows rows = runner_.AsIs(length);
    LengthValues values;
    values.vectors = Cosine(rows.vectors);
    if (rows.part_means.size() > 0) values.part_means = Cosine(rows.part_means);
    values.identity = IdentityValuesOf(rows.unit_means, length, weights_);
    for (std::size_t p = 0; p < kPoolings; ++p) values.pooled[p] = Cosine(rows.pooled[p]);
    return values;
  }

  MovedPart Moved(std::size_t offset) {
    const ResampledValue& unmoved = values_.at(frame_.part).vectors;
    const ResampledValue cosine = offset == 0 ? unmoved : Cosine(runner_.Moved(offset));
    return {offset, IntervalOf(cosine), IntervalOf(cosine - unmoved)};
  }

  FollowedPart Followed(std::size_t further) {
    const ResampledValue& alone = values_.at(frame_.part).part_means;
    const ResampledValue& own = values_.at(frame_.part + further).part_means;
    FollowedPart part;
    part.further = further;
    part.own = IntervalOf(own);
    part.own_change = IntervalOf(own - alone);
    if (!frame_.position_table) return part;
    const ResampledValue again = further == 0 ? alone : Cosine(runner_.PartMeansAgain(further));
    part.again = IntervalOf(again);
    part.again_change = IntervalOf(again - alone);
    part.from_positions = IntervalOf(own - again);
    return part;
  }

  TokenIdentity IdentityOf(std::size_t length, const IdentityValues& values,
                           const IdentityValues* from) const {
    TokenIdentity identity;
    identity.length = length;
    identity.pooled = IntervalOf(values.pooled);
    identity.cross = IntervalOf(values.cross);
    identity.within = IntervalOf(values.within);
    identity.within_others = IntervalOf(values.within_others);
    if (from != nullptr) identity.change = ChangeOf(*from, values, confidence_, frame_.documents.size());
    return identity;
  }

  PooledOtherwise PooledAt(std::size_t length) const {
    PooledOtherwise pooled;
    pooled.length = length;
    for (std::size_t p = 0; p < kPoolings; ++p) {
      const ResampledValue& value = values_.at(length).pooled[p];
      pooled.cosine[p] = IntervalOf(value);
      pooled.change[p] = IntervalOf(value - values_.at(frame_.part).pooled[p]);
    }
    return pooled;
  }

  const Session& embedder_;
  const InterventionFrame& frame_;
  Runner runner_;
  Eigen::MatrixXd weights_;
  double confidence_;
  std::map<std::size_t, LengthValues> values_;  // by length
};

}  // namespace

Interventions MeasureInterventions(const Session& embedder, const InterventionFrame& frame,
                                   const ResamplingOptions& resampling, const TokenProgress& progress) {
  return Measurer(embedder, frame, resampling, progress).Measure();
}

}  // namespace lengthwise
