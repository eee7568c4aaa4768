// Operations on the rows of a matrix.
#pragma once

#include <cstddef>

namespace lengthwise {

// y = (x - mean) / sqrt(variance + epsilon) * gain + bias for each row of x [rows x width]; x and y may be
// the same. Two passes, so that a large mean costs no accuracy. Returns false if a row is not finite.
bool LayerNormRows(const float* x, float* y, std::size_t rows, std::size_t width, const float* gain,
                   const float* bias, float epsilon);

// y = x / sqrt(mean x^2 + epsilon) * gain (RMSNorm, arXiv 1910.07467), otherwise the same.
bool RmsNormRows(const float* x, float* y, std::size_t rows, std::size_t width, const float* gain,
                 float epsilon);

// Adds x to y, `width` floats.
void AddRow(const float* x, float* y, std::size_t width);

// Sum of x[i] * y[i], float products summed in vector lanes.
float Dot(const float* x, const float* y, std::size_t width);

}  // namespace lengthwise
