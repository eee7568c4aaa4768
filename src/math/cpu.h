// What this CPU multiplies natively, as oneDNN sees it (its ONEDNN_MAX_CPU_ISA setting included).
#pragma once

namespace lengthwise {

bool CpuHasAvx2();
bool CpuHasVnni();  // u8 * s8 dot products in 32 bits
bool CpuHasBf16();

}  // namespace lengthwise
