// The number format in which linear layers multiply.
#pragma once

#include <string_view>

namespace lengthwise {

enum class Precision {
  kFp32,
  kBf16,  // weights and activations rounded to bfloat16, sums in float32
  kInt8,  // weights per output channel, activations per token and slice of inputs, sums in int32
};

// "fp32", "bf16", "int8". Throws kBadInput, naming the choices, for anything else.
Precision ParsePrecision(std::string_view name);
const char* PrecisionName(Precision precision);

// Throws kUnsupported if this CPU computes in `precision` no faster than in fp32, saying what it lacks.
void CheckPrecision(Precision precision);

}  // namespace lengthwise
