// Linear layers in bfloat16 and int8 by oneDNN (VNNI, AMX and bf16 units where the CPU has them).
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "lengthwise/precision.h"
#include "math/linear.h"

namespace lengthwise {

// Buffers and compiled kernels of one thread.
class NarrowScratch {
 public:
  NarrowScratch();
  ~NarrowScratch();
  NarrowScratch(NarrowScratch&&) noexcept;
  NarrowScratch& operator=(NarrowScratch&&) noexcept;

  struct Impl;
  Impl& impl();

 private:
  std::unique_ptr<Impl> impl_;  // made at the first use: fp32 does without
};

// y = x W^T + b with W kept in a narrow format, in blocks of kLinearDepth inputs by block_width() outputs.
// Activations are rounded on the way in, each row and each block of inputs by its own range, so that results
// do not depend on how rows, blocks and slices are split.
class NarrowLinear {
 public:
  // W [out x in] row-major and b [out], finite.
  NarrowLinear(Precision precision, std::size_t in, std::size_t out, std::span<const float> weights,
               std::span<const float> bias);
  ~NarrowLinear();
  NarrowLinear(NarrowLinear&&) noexcept;
  NarrowLinear& operator=(NarrowLinear&&) noexcept;

  std::size_t in() const;
  std::size_t out() const;
  // Outputs of a block; LinearPart counts its panels in these.
  static std::size_t block_width();

  // As ComputeLinear; in_begin must be a multiple of kLinearDepth.
  void Compute(const LinearPart& part, NarrowScratch& scratch) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lengthwise
