// Attention of one head (32 wide, as in all-MiniLM-L6-v2) over n tokens, with and without the probe.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "base/random.h"
#include "encoder/attention.h"

namespace lengthwise {
namespace {

constexpr std::size_t kHeadSize = 32;

void Attention(benchmark::State& state, bool with_probe) {
  const auto tokens = static_cast<std::size_t>(state.range(0));
  Random random(1);
  std::vector<float> qkv(tokens * 3 * kHeadSize);
  for (float& value : qkv) value = static_cast<float>(random.Normal());
  std::vector<float> output(tokens * kHeadSize);
  AttentionInput input;
  input.q = qkv.data();
  input.k = qkv.data() + kHeadSize;
  input.v = qkv.data() + 2 * kHeadSize;
  input.stride = 3 * kHeadSize;
  input.tokens = tokens;
  input.head_size = kHeadSize;
  AttentionScratch scratch;
  HeadProbe probe;
  for (auto _ : state) {
    ComputeAttention(input, output.data(), kHeadSize, scratch, with_probe ? &probe : nullptr);
    benchmark::ClobberMemory();
  }
  // The two products; the softmax between them is not counted.
  const double operations = 4.0 * static_cast<double>(tokens * tokens * kHeadSize);
  state.counters["FLOP/s"] = benchmark::Counter(operations, benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK_CAPTURE(Attention, plain, false)->RangeMultiplier(2)->Range(16, 512);
BENCHMARK_CAPTURE(Attention, probe, true)->RangeMultiplier(2)->Range(16, 512);

}  // namespace
}  // namespace lengthwise
