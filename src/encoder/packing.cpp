#include "encoder/packing.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/fail.h"

namespace lengthwise {
namespace {

[[noreturn]] void FailNotFinite(const Checkpoint& checkpoint, const std::string& name) {
  Fail(ErrorCode::kBadCheckpoint,
       "{}: tensor {} holds NaN or infinity; the file is damaged or was saved from a diverged run",
       checkpoint.weights.file().path().string(), name);
}

}  // namespace

void Pack(const Checkpoint& checkpoint, const PackTask& task) {
  const std::size_t in = task.linear->in();
  const Tensor& weight = checkpoint.weights.Get(task.names->weight, std::array{task.out, in});
  const std::vector<float> bias = ReadFinite(checkpoint, task.names->bias, std::array{task.out});
  // Rows are read a panel at a time: the block stays in the cache while it is spread over the panel.
  const std::size_t step = PanelWidth();
  std::vector<float> rows(step * in);
  for (std::size_t r = 0; r < task.out; r += step) {
    const std::size_t count = std::min(step, task.out - r);
    const std::span<float> block(rows.data(), count * in);
    weight.Read(r * in, block);
    if (!task.linear->SetRows(task.first + r, block, std::span(bias).subspan(r, count))) {
      FailNotFinite(checkpoint, task.names->weight);
    }
  }
  checkpoint.weights.file().Release(weight.bytes);
}

std::vector<float> ReadFinite(const Checkpoint& checkpoint, const std::string& name,
                              std::span<const std::size_t> shape) {
  const Tensor& tensor = checkpoint.weights.Get(name, shape);
  std::vector<float> values(tensor.size());
  tensor.Read(0, values);
  if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
    FailNotFinite(checkpoint, name);
  return values;
}

}  // namespace lengthwise
