#include "math/cpu.h"

#include <fmt/format.h>
#include <hwy/targets.h>

#include <cstdint>

#include <oneapi/dnnl/dnnl.hpp>

namespace lengthwise {
namespace {

// oneDNN's values are sets of bits, each holding those of the instruction sets it includes; 0 stands for all.
bool Has(dnnl::cpu_isa wanted) {
  const auto have = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  const auto want = static_cast<unsigned>(wanted);
  return have == 0 || (have & want) == want;
}

}  // namespace

bool CpuHasAvx2() {
  return Has(dnnl::cpu_isa::avx2);
}
bool CpuHasVnni() {
  return Has(dnnl::cpu_isa::avx512_core_vnni) || Has(dnnl::cpu_isa::avx2_vnni);
}
bool CpuHasBf16() {
  return Has(dnnl::cpu_isa::avx512_core_bf16);
}

std::string InstructionSet() {
  // A better target has a lower bit.
  const std::int64_t targets = hwy::SupportedTargets() & HWY_TARGETS;
  return fmt::format("{} {}", hwy::TargetName(targets & -targets),
                     static_cast<unsigned>(dnnl::get_effective_cpu_isa()));
}

}  // namespace lengthwise
