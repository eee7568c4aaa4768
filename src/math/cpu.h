// What this CPU multiplies natively, as oneDNN sees it (its ONEDNN_MAX_CPU_ISA setting included).
#pragma once

#include <string>

namespace lengthwise {

bool CpuHasAvx2();
bool CpuHasVnni();  // u8 * s8 dot products in 32 bits
bool CpuHasBf16();

// The instruction sets that our kernels and oneDNN's are chosen for, of which sums differ in their last bits:
// "AVX3 2047".
std::string InstructionSet();

}  // namespace lengthwise
