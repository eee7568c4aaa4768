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
void ForEachBlock(const Checkpoint& checkpoint, const WeightNames& names, std::size_t in, std::size_t out,
                  const Use& use) {
  const Tensor& weight = checkpoint.weights.Get(names.weight, std::array{out, in});
  const std::vector<float> bias = ReadFinite(checkpoint, names.bias, std::array{out});
  const std::size_t step = PanelWidth();
  std::vector<float> rows(step * in);
  for (std::size_t r = 0; r < out; r += step) {
    const std::size_t count = std::min(step, out - r);
    const std::span<float> block(rows.data(), count * in);
    weight.Read(r * in, block);
    if (!use(r, block, std::span(bias).subspan(r, count))) FailNotFinite(checkpoint, names.weight);
  }
  checkpoint.weights.Release(weight);
}

}  // namespace

LinearLayer LoadLinear(const Checkpoint& checkpoint, std::span<const WeightNames* const> sources,
                       std::size_t in, std::size_t out, Precision precision) {
  if (precision == Precision::kFp32) {
    PackedLinear linear(in, out * sources.size());
    for (std::size_t s = 0; s < sources.size(); ++s) {
      ForEachBlock(checkpoint, *sources[s], in, out,
                   [&](std::size_t r, std::span<const float> rows, std::span<const float> bias) {
                     return linear.SetRows(s * out + r, rows, bias);
                   });
    }
    return LinearLayer(std::move(linear));
  }
  std::vector<float> weights;
  std::vector<float> biases;
  for (const WeightNames* source : sources) {
    ForEachBlock(checkpoint, *source, in, out,
                 [&](std::size_t, std::span<const float> rows, std::span<const float> bias) {
                   weights.insert(weights.end(), rows.begin(), rows.end());
                   biases.insert(biases.end(), bias.begin(), bias.end());
                   return std::all_of(rows.begin(), rows.end(), [](float v) { return std::isfinite(v); });
                 });
  }
  return LinearLayer(NarrowLinear(precision, in, out * sources.size(), weights, biases));
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
