// The functions between the two maps of a feed-forward layer.
#pragma once

#include <cstddef>

namespace lengthwise {

enum class InnerActivation {
  kGelu,      // x (1 + erf(x / sqrt 2)) / 2
  kGeluTanh,  // x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
  kSilu,      // x / (1 + e^-x)
  kRelu,
};

// x = act(x), `count` floats.
void Activate(InnerActivation activation, float* x, std::size_t count);

// gate = gate * up, `count` floats each.
void Multiply(float* gate, const float* up, std::size_t count);

}  // namespace lengthwise
