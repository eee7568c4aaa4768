// Layer normalisation of rows as wide as all-MiniLM-L6-v2.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "base/random.h"
#include "math/rows.h"

namespace lengthwise {
namespace {

void LayerNorm(benchmark::State& state) {
  constexpr std::size_t kWidth = 384;
  const auto rows = static_cast<std::size_t>(state.range(0));
  Random random(1);
  std::vector<float> x(rows * kWidth);
  for (float& value : x) value = static_cast<float>(random.Normal());
  std::vector<float> y(x.size());
  const std::vector<float> gain(kWidth, 1.0F);
  const std::vector<float> bias(kWidth, 0.0F);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        LayerNormRows(x.data(), y.data(), rows, kWidth, gain.data(), bias.data(), 1e-12F));
    benchmark::ClobberMemory();
  }
  const double bytes = 2.0 * sizeof(float) * static_cast<double>(x.size());
  state.counters["bytes/s"] = benchmark::Counter(bytes, benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(LayerNorm)->Arg(10)->Arg(120)->Arg(480)->ArgName("rows");

}  // namespace
}  // namespace lengthwise
