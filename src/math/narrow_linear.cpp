#include "math/narrow_linear.h"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "base/fail.h"
#include "math/aligned_buffer.h"
#include "math/cpu.h"
#include "math/quantize.h"

namespace lengthwise {
namespace {

// Outputs of a block: enough that a call into oneDNN costs little beside its product, few enough that a small
// model still has a block for each thread.
constexpr std::size_t kBlockWidth = 128;
static_assert(kLinearDepth % kBlockWidth == 0, "slices of outputs that become inputs are whole blocks");
// Rows multiplied at once. Fewer rows are rounded up to a multiple of kRowUnit, so that few kernels are
// compiled.
constexpr std::size_t kMostRows = 120;
constexpr std::size_t kRowUnit = 12;

// oneDNN works in the thread where it is called, since the pool is ours: OpenMP has one thread for as long as
// this lives, and then as many as the caller had set.
class OneOpenMpThread {
 public:
  OneOpenMpThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneOpenMpThread() { omp_set_num_threads(before_); }
  OneOpenMpThread(const OneOpenMpThread&) = delete;
  OneOpenMpThread& operator=(const OneOpenMpThread&) = delete;

 private:
  int before_;
};

using dnnl::memory;

const dnnl::engine& Engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

memory::desc Plain(std::size_t rows, std::size_t columns, memory::data_type type, memory::format_tag tag) {
  return {memory::dims{static_cast<memory::dim>(rows), static_cast<memory::dim>(columns)}, type, tag};
}

struct Types {
  memory::data_type activation, weight, sum;
};

Types TypesOf(Precision precision) {
  if (precision == Precision::kInt8)
    return {memory::data_type::u8, memory::data_type::s8, memory::data_type::s32};
  return {memory::data_type::bf16, memory::data_type::bf16, memory::data_type::f32};
}

dnnl::matmul::primitive_desc Describe(Precision precision, std::size_t rows, std::size_t depth,
                                      std::size_t width, const memory::desc& weights) {
  const Types types = TypesOf(precision);
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return {{Plain(rows, depth, types.activation, memory::format_tag::ab), weights,
           Plain(rows, width, types.sum, memory::format_tag::ab)},
          attributes,
          Engine()};
}

// W^T [depth x width] of one block in the layout that oneDNN chose, and what int8 needs to undo its codes.
struct Block {
  memory weights;
  std::vector<float> scale;              // int8: of each output
  std::vector<std::int32_t> column_sum;  // int8: of each output's coded weights
};

}  // namespace

struct NarrowScratch::Impl {
  struct Kernel {
    dnnl::matmul primitive;
    dnnl::matmul::primitive_desc description;
  };

  const Kernel& Find(Precision precision, std::size_t rows, std::size_t depth, std::size_t width,
                     const memory::desc& weights) {
    const std::array key{static_cast<std::size_t>(precision), rows, depth, width};
    const auto found = kernels.find(key);
    if (found != kernels.end()) return found->second;
    const auto description = Describe(precision, rows, depth, width, weights);
    scratchpad.Resize(std::max(scratchpad.size(), description.scratchpad_desc().get_size()));
    return kernels.emplace(key, Kernel{dnnl::matmul(description), description}).first->second;
  }

  dnnl::stream stream{Engine()};
  std::map<std::array<std::size_t, 4>, Kernel> kernels;
  AlignedBuffer<std::uint8_t> activations;  // u8 or bf16
  AlignedBuffer<float> sums;                // or int32
  AlignedBuffer<std::uint8_t> scratchpad;
  std::vector<RowCode> codes = std::vector<RowCode>(kMostRows);
};

NarrowScratch::NarrowScratch() = default;
NarrowScratch::~NarrowScratch() = default;
NarrowScratch::NarrowScratch(NarrowScratch&&) noexcept = default;
NarrowScratch& NarrowScratch::operator=(NarrowScratch&&) noexcept = default;

NarrowScratch::Impl& NarrowScratch::impl() {
  if (impl_ == nullptr) impl_ = std::make_unique<Impl>();
  return *impl_;
}

struct NarrowLinear::Impl {
  Precision precision = Precision::kInt8;
  std::size_t in = 0;
  std::size_t out = 0;
  std::vector<float> bias;
  std::vector<Block> blocks;  // [slice of inputs][block of outputs]

  std::size_t OutBlocks() const { return (out + kBlockWidth - 1) / kBlockWidth; }
  std::size_t Depth(std::size_t slice) const { return std::min(kLinearDepth, in - slice * kLinearDepth); }
  std::size_t Width(std::size_t block) const { return std::min(kBlockWidth, out - block * kBlockWidth); }
};

namespace {

// Codes the weights of outputs [first, first + width) and inputs [begin, begin + depth) of W [out x in] as
// W^T.
Block MakeBlock(Precision precision, std::span<const float> weights, std::size_t in, std::size_t first,
                std::size_t width, std::size_t begin, std::size_t depth) {
  Block block;
  const Types types = TypesOf(precision);
  std::vector<std::int8_t> coded(depth * width);
  std::vector<std::uint16_t> rounded(depth * width);
  block.scale.resize(width);
  block.column_sum.resize(width);
  // Without VNNI oneDNN adds pairs of u8 * s8 in 16 bits, which 8-bit weights overflow; 7-bit weights cannot.
  const float levels = CpuHasVnni() ? 127.0F : 63.0F;
  for (std::size_t o = 0; o < width; ++o) {
    const float* const row = weights.data() + (first + o) * in + begin;
    if (precision == Precision::kBf16) {
      std::vector<std::uint16_t> column(depth);
      RoundToBf16(row, depth, column.data());
      for (std::size_t i = 0; i < depth; ++i) rounded[i * width + o] = column[i];
      continue;
    }
    float largest = 0;
    for (std::size_t i = 0; i < depth; ++i) largest = std::max(largest, std::abs(row[i]));
    block.scale[o] = largest / levels;
    const float inverse = largest > 0 ? levels / largest : 0.0F;
    for (std::size_t i = 0; i < depth; ++i) {
      const auto code = static_cast<std::int8_t>(std::lrint(row[i] * inverse));
      coded[i * width + o] = code;
      block.column_sum[o] += code;
    }
  }
  const auto any = Plain(depth, width, types.weight, memory::format_tag::any);
  const auto layout = Describe(precision, kMostRows, depth, width, any).weights_desc();
  void* const source = precision == Precision::kInt8 ? static_cast<void*>(coded.data()) : rounded.data();
  memory plain(Plain(depth, width, types.weight, memory::format_tag::ab), Engine(), source);
  block.weights = memory(layout, Engine());
  dnnl::stream stream(Engine());
  dnnl::reorder(plain, block.weights).execute(stream, plain, block.weights);
  stream.wait();
  return block;
}

}  // namespace

NarrowLinear::NarrowLinear(Precision precision, std::size_t in, std::size_t out,
                           std::span<const float> weights, std::span<const float> bias)
    : impl_(std::make_unique<Impl>()) {
  const OneOpenMpThread one_thread;
  impl_->precision = precision;
  impl_->in = in;
  impl_->out = out;
  impl_->bias.assign(bias.begin(), bias.end());
  for (std::size_t begin = 0, slice = 0; begin < in; begin += kLinearDepth, ++slice) {
    for (std::size_t block = 0; block < impl_->OutBlocks(); ++block) {
      impl_->blocks.push_back(MakeBlock(precision, weights, in, block * kBlockWidth, impl_->Width(block),
                                        begin, impl_->Depth(slice)));
    }
  }
}

NarrowLinear::~NarrowLinear() = default;
NarrowLinear::NarrowLinear(NarrowLinear&&) noexcept = default;
NarrowLinear& NarrowLinear::operator=(NarrowLinear&&) noexcept = default;

std::size_t NarrowLinear::in() const {
  return impl_->in;
}
std::size_t NarrowLinear::out() const {
  return impl_->out;
}
std::size_t NarrowLinear::block_width() {
  return kBlockWidth;
}

void NarrowLinear::Compute(const LinearPart& part, NarrowScratch& narrow_scratch) const {
  const OneOpenMpThread one_thread;
  NarrowScratch::Impl& scratch = narrow_scratch.impl();
  const bool int8 = impl_->precision == Precision::kInt8;
  const std::size_t element = int8 ? sizeof(std::uint8_t) : sizeof(std::uint16_t);
  scratch.activations.Resize(kMostRows * kLinearDepth * element);
  scratch.sums.Resize(kMostRows * kBlockWidth);
  auto* const sums_int = reinterpret_cast<std::int32_t*>(scratch.sums.data());
  for (std::size_t first = 0; first < part.rows; first += kMostRows) {
    const std::size_t rows = std::min(kMostRows, part.rows - first);
    const std::size_t padded = (rows + kRowUnit - 1) / kRowUnit * kRowUnit;
    for (std::size_t begin = part.in_begin; begin < part.in_end; begin += kLinearDepth) {
      const std::size_t slice = begin / kLinearDepth;
      const std::size_t depth = impl_->Depth(slice);
      for (std::size_t r = 0; r < rows; ++r) {
        const float* const x = part.x + (first + r) * part.ldx + (begin - part.in_begin);
        std::uint8_t* const to = scratch.activations.data() + r * depth * element;
        if (int8) {
          scratch.codes[r] = QuantizeRow(x, depth, to);
        } else {
          RoundToBf16(x, depth, reinterpret_cast<std::uint16_t*>(to));
        }
      }
      for (std::size_t p = part.panel_begin; p < part.panel_end; ++p) {
        const Block& block = impl_->blocks[slice * impl_->OutBlocks() + p];
        const std::size_t width = impl_->Width(p);
        const auto& kernel = scratch.Find(impl_->precision, padded, depth, width, block.weights.get_desc());
        memory x(kernel.description.src_desc(), Engine(), scratch.activations.data());
        memory sums(kernel.description.dst_desc(), Engine(), scratch.sums.data());
        memory pad(kernel.description.scratchpad_desc(), Engine(), scratch.scratchpad.data());
        kernel.primitive.execute(scratch.stream, {{DNNL_ARG_SRC, x},
                                                  {DNNL_ARG_WEIGHTS, block.weights},
                                                  {DNNL_ARG_DST, sums},
                                                  {DNNL_ARG_SCRATCHPAD, pad}});
        Epilogue epilogue;
        epilogue.bias = begin == 0 ? impl_->bias.data() + p * kBlockWidth : nullptr;
        epilogue.add_to_output = part.add_to_output || begin > part.in_begin;
        epilogue.gelu = part.gelu && begin + depth == part.in_end;
        float* const y = part.y + first * part.ldy + (p - part.panel_begin) * kBlockWidth;
        if (int8) {
          StoreInt8Tile(sums_int, scratch.codes.data(), block.scale.data(), block.column_sum.data(), rows,
                        width, epilogue, y, part.ldy);
        } else {
          StoreFloatTile(scratch.sums.data(), rows, width, epilogue, y, part.ldy);
        }
      }
    }
  }
}

}  // namespace lengthwise
