#include "repair/fold_positions.h"

#include <array>

namespace lengthwise {

std::vector<float> FoldPositions(const Checkpoint& checkpoint, const ModelSpec& spec,
                                 const PositionMap& map) {
  const Tensor& tensor =
      checkpoint.weights.Get(spec.position_embeddings, std::array{spec.position_rows, spec.hidden});
  std::vector<float> table(tensor.size());
  tensor.Read(0, table);
  return map.Apply(table, spec.position_offset, spec.hidden);
}

}  // namespace lengthwise
