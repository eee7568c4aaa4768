#include "encoder/packing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/fail.h"

namespace lengthwise {
namespace {

[[noreturn]] void FailNotFinite(const Checkpoint& checkpoint, const std::string& name) {
  Fail(ErrorCode::kBadCheckpoint,
       "{}: tensor {} holds NaN or infinity; the file is damaged or was saved from a diverged run",
       checkpoint.weights.path().string(), name);
}

// Calls use(first row, rows, biases) for the weights of one source, a few rows at a time: the block stays in
// the cache while it is packed. `use` returns false if a value is not finite.
template <typename Use>
void ForEachBlock(const Checkpoint& checkpoint, const LinearSource& source, std::size_t in, const Use& use) {
  const WeightNames& names = *source.names;
  const std::size_t stored = names.stored > 0 ? names.stored : source.out;
  const Tensor& weight = checkpoint.weights.Get(names.weight, std::array{stored, in});
  std::vector<float> bias(stored, 0.0F);
  if (!names.bias.empty()) bias = ReadFinite(checkpoint, names.bias, std::array{stored});
  const std::size_t step = PanelWidth();
  std::vector<float> rows(step * in);
  for (std::size_t r = 0; r < source.out; r += step) {
    const std::size_t count = std::min(step, source.out - r);
    const std::span<float> block(rows.data(), count * in);
    const std::span<float> biases = std::span(bias).subspan(names.first + r, count);
    weight.Read((names.first + r) * in, block);
    if (source.scale != 1.0F) {
      for (float& value : block) value *= source.scale;
      for (float& value : biases) value *= source.scale;
    }
    if (!use(r, std::span<const float>(block), std::span<const float>(biases)))
      FailNotFinite(checkpoint, names.weight);
  }
  checkpoint.weights.Release(weight);
}

}  // namespace

LinearLayer LoadLinear(const Checkpoint& checkpoint, std::span<const LinearSource> sources, std::size_t in,
                       Precision precision) {
  std::size_t out = 0;
  for (const LinearSource& source : sources) out += source.out;
  if (precision == Precision::kFp32) {
    PackedLinear linear(in, out);
    std::size_t first = 0;
    for (const LinearSource& source : sources) {
      ForEachBlock(checkpoint, source, in,
                   [&](std::size_t r, std::span<const float> rows, std::span<const float> bias) {
                     return linear.SetRows(first + r, rows, bias);
                   });
      first += source.out;
    }
    return LinearLayer(std::move(linear));
  }
  std::vector<float> weights;
  std::vector<float> biases;
  for (const LinearSource& source : sources) {
    ForEachBlock(checkpoint, source, in,
                 [&](std::size_t, std::span<const float> rows, std::span<const float> bias) {
                   weights.insert(weights.end(), rows.begin(), rows.end());
                   biases.insert(biases.end(), bias.begin(), bias.end());
                   return std::all_of(rows.begin(), rows.end(), [](float v) { return std::isfinite(v); });
                 });
  }
  return LinearLayer(NarrowLinear(precision, in, out, weights, biases));
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
