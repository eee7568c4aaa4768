#include "controls/control_vectors.h"

#include <algorithm>
#include <utility>

#include "base/fail.h"
#include "collapse/resampled_cosine.h"

namespace lengthwise {

ControlVectors EmbedControls(const Session& embedder, const ControlFrame& frame,
                             std::span<const ControlCondition> conditions, const TokenProgress& progress) {
  ControlVectors vectors;
  std::size_t tokens = 0;
  for (const ControlCondition& condition : conditions) {
    ControlSequences made = MakeSequences(frame, condition);
    FloatRowMatrix rows(static_cast<Eigen::Index>(made.sequences.size()),
                        static_cast<Eigen::Index>(embedder.dimension()));
    const SequenceRun run{.probe = false, .intervention = std::move(made.intervention)};
    embedder.EmbedSequences(
        made.sequences, run, [&](std::size_t s, std::span<const float> vector, const TextProbe*) {
          std::copy(vector.begin(), vector.end(), rows.row(static_cast<Eigen::Index>(s)).data());
          tokens += made.sequences[s].size();
          if (progress) progress(tokens);
        });
    if (!rows.allFinite()) Fail(ErrorCode::kBadInput, "a vector of the controls is not finite");
    vectors.emplace(condition, std::move(rows));
  }
  return vectors;
}

FloatRowMatrix ControlUnitRows(const ControlVectors& vectors, ControlSequence sequence, std::size_t count) {
  if (sequence == ControlSequence::kWhole && count == 1) {
    return ControlUnitRows(vectors, ControlSequence::kWindow, 0);
  }
  return UnitRows(vectors.at({sequence, count}));
}

FloatRowMatrix MeanWindowRows(const ControlVectors& vectors, std::size_t count) {
  Eigen::MatrixXd sum = vectors.at({ControlSequence::kWindow, 0}).cast<double>();
  for (std::size_t w = 1; w < count; ++w) sum += vectors.at({ControlSequence::kWindow, w}).cast<double>();
  return UnitRows((sum / static_cast<double>(count)).cast<float>());
}

}  // namespace lengthwise
