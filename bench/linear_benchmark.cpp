// Linear layers at the shapes of all-MiniLM-L6-v2, one thread, against oneDNN.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "base/random.h"
#include "math/aligned_buffer.h"
#include "math/linear.h"

namespace lengthwise {
namespace {

std::vector<float> RandomFloats(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.Normal());
  return values;
}

// Arguments: rows, inputs, outputs.
struct Shape {
  explicit Shape(const benchmark::State& state)
      : rows(static_cast<std::size_t>(state.range(0))),
        in(static_cast<std::size_t>(state.range(1))),
        out(static_cast<std::size_t>(state.range(2))),
        x(RandomFloats(rows * in, 1)),
        weights(RandomFloats(out * in, 2)),
        bias(RandomFloats(out, 3)),
        y(rows * out) {}

  void Count(benchmark::State& state) const {
    const double operations = 2.0 * static_cast<double>(rows * in * out);
    state.counters["FLOP/s"] = benchmark::Counter(operations, benchmark::Counter::kIsIterationInvariantRate);
  }

  std::size_t rows, in, out;
  std::vector<float> x, weights, bias;
  AlignedBuffer<float> y;
};

void Ours(benchmark::State& state, bool gelu, bool paired) {
  Shape shape(state);
  PackedLinear linear(shape.in, shape.out);
  linear.SetRows(0, shape.weights, shape.bias);
  LinearPart part;
  part.x = shape.x.data();
  part.ldx = shape.in;
  part.rows = shape.rows;
  part.y = shape.y.data();
  part.ldy = shape.out;
  part.panel_end = linear.panels();
  part.in_end = shape.in;
  part.gelu = gelu;
  std::vector<RowPairing> pairings;
  const std::size_t pair = 2 * KernelRows();
  for (std::size_t row = 0; paired && row + pair <= shape.rows; row += pair) pairings.push_back({row, pair});
  part.pairings = pairings;
  LinearScratch scratch;
  for (auto _ : state) {
    ComputeLinear(linear, part, scratch);
    benchmark::ClobberMemory();
  }
  shape.Count(state);
}

void Lengthwise(benchmark::State& state) {
  Ours(state, false, false);
}

// FLOP/s as if it were the plain product.
void LengthwisePaired(benchmark::State& state) {
  Ours(state, false, true);
}

void LengthwiseGelu(benchmark::State& state) {
  Ours(state, true, false);
}

// The plain call, as a program without packed weights makes it.
void OneDnnSgemm(benchmark::State& state) {
  Shape shape(state);
  const auto rows = static_cast<dnnl_dim_t>(shape.rows);
  const auto in = static_cast<dnnl_dim_t>(shape.in);
  const auto out = static_cast<dnnl_dim_t>(shape.out);
  for (auto _ : state) {
    dnnl::sgemm('N', 'T', rows, out, in, 1.0F, shape.x.data(), in, shape.weights.data(), in, 0.0F,
                shape.y.data(), out);
    benchmark::ClobberMemory();
  }
  shape.Count(state);
}

// Its best: weights in the layout that it asks for, and the bias fused.
void OneDnnPacked(benchmark::State& state) {
  using dnnl::memory;
  Shape shape(state);
  const auto rows = static_cast<dnnl_dim_t>(shape.rows);
  const auto in = static_cast<dnnl_dim_t>(shape.in);
  const auto out = static_cast<dnnl_dim_t>(shape.out);
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  constexpr auto kFloat = memory::data_type::f32;
  const memory::desc x({rows, in}, kFloat, memory::format_tag::ab);
  const memory::desc plain({in, out}, kFloat, memory::format_tag::ba);
  const memory::desc any({in, out}, kFloat, memory::format_tag::any);
  const memory::desc bias({1, out}, kFloat, memory::format_tag::ab);
  const memory::desc y({rows, out}, kFloat, memory::format_tag::ab);
  const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(x, any, bias, y), engine);
  memory given(plain, engine, shape.weights.data());
  memory packed(description.weights_desc(), engine);
  dnnl::reorder(given, packed).execute(stream, given, packed);
  const dnnl::matmul matmul(description);
  const std::unordered_map<int, memory> arguments = {
      {DNNL_ARG_SRC, memory(x, engine, shape.x.data())},
      {DNNL_ARG_WEIGHTS, packed},
      {DNNL_ARG_BIAS, memory(bias, engine, shape.bias.data())},
      {DNNL_ARG_DST, memory(y, engine, shape.y.data())},
  };
  for (auto _ : state) {
    matmul.execute(stream, arguments);
    stream.wait();
    benchmark::ClobberMemory();
  }
  shape.Count(state);
}

// A query; a block of tokens that one thread takes at a time; a batch.
void Shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"rows", "in", "out"});
  for (const std::int64_t rows : {10, 120, 480}) {
    benchmark->Args({rows, 384, 1152});  // query, key and value
    benchmark->Args({rows, 384, 384});   // attention output
    benchmark->Args({rows, 384, 1536});  // feed-forward, up
    benchmark->Args({rows, 1536, 384});  // and down
  }
}

BENCHMARK(Lengthwise)->Name("Linear/Lengthwise")->Apply(Shapes);
BENCHMARK(LengthwisePaired)->Name("Linear/Lengthwise paired")->Apply(Shapes);
BENCHMARK(OneDnnSgemm)->Name("Linear/oneDNN sgemm")->Apply(Shapes);
BENCHMARK(OneDnnPacked)->Name("Linear/oneDNN packed")->Apply(Shapes);
BENCHMARK(LengthwiseGelu)
    ->Name("Linear+GELU/Lengthwise")
    ->Args({120, 384, 1536})
    ->ArgNames({"rows", "in", "out"});

}  // namespace
}  // namespace lengthwise
