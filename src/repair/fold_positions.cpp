#include "repair/fold_positions.h"

#include <array>

#include "base/fail.h"

namespace lengthwise {

bool FoldsIntoRotary(const ModelSpec& spec, const PositionMap& map) {
  return map.kind == PositionMapKind::kInterpolate && !spec.rotary_scaling_member.empty();
}

OrderedJson FoldedRotary(const PositionMap& map, std::size_t positions) {
  return {{"rope_type", "linear"},
          {"factor", static_cast<double>(positions) / static_cast<double>(map.count)}};
}

std::vector<float> FoldPositions(const Checkpoint& checkpoint, const ModelSpec& spec,
                                 const PositionMap& map) {
  if (!spec.has_position_table()) {
    Fail(ErrorCode::kUnsupported,
         "the position map {} cannot be folded: {} models have no table of positions that a folder could "
         "hold; "
         "take it out of the repair, or serve the model with lengthwise",
         FormatPositionMap(map), spec.architecture);
  }
  const Tensor& tensor =
      checkpoint.weights.Get(spec.position_embeddings, std::array{spec.position_rows, spec.hidden});
  std::vector<float> table(tensor.size());
  tensor.Read(0, table);
  return map.Apply(table, spec.position_offset, spec.hidden);
}

}  // namespace lengthwise
