#include "lengthwise/precision.h"

#include "base/fail.h"
#include "math/cpu.h"

namespace lengthwise {

Precision ParsePrecision(std::string_view name) {
  for (const Precision precision : {Precision::kFp32, Precision::kBf16, Precision::kInt8}) {
    if (name == PrecisionName(precision)) return precision;
  }
  Fail(ErrorCode::kBadInput, "unknown precision \"{}\"; choose fp32, bf16 or int8", name);
}

const char* PrecisionName(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return "fp32";
    case Precision::kBf16:
      return "bf16";
    case Precision::kInt8:
      return "int8";
  }
  return "fp32";
}

void CheckPrecision(Precision precision) {
  if (precision == Precision::kBf16 && !CpuHasBf16()) {
    Fail(ErrorCode::kUnsupported, "this CPU has no bfloat16 unit (AVX512_BF16 or AMX); use fp32 or int8");
  }
  if (precision == Precision::kInt8 && !CpuHasAvx2()) {
    Fail(ErrorCode::kUnsupported, "this CPU has no AVX2, which int8 needs; use fp32");
  }
}

}  // namespace lengthwise
