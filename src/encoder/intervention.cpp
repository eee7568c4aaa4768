#include "encoder/intervention.h"

#include <algorithm>

namespace lengthwise {

void ApplyHeadOutput(HeadOutput mode, float* output, std::size_t stride, std::size_t tokens,
                     std::size_t head_size) {
  if (mode == HeadOutput::kKeep) return;
  if (mode == HeadOutput::kZero) {
    for (std::size_t t = 0; t < tokens; ++t) std::fill_n(output + t * stride, head_size, 0.0F);
    return;
  }
  for (std::size_t c = 0; c < head_size; ++c) {
    double sum = 0;
    for (std::size_t t = 0; t < tokens; ++t) sum += output[t * stride + c];
    const auto mean = static_cast<float>(sum / static_cast<double>(tokens));
    for (std::size_t t = 0; t < tokens; ++t) {
      float& value = output[t * stride + c];
      value = mode == HeadOutput::kDc ? mean : value - mean;
    }
  }
}

}  // namespace lengthwise
