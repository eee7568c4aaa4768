// The attention matrix of one head as an operator, recomputed a few rows at a time: nothing of size n x n is
// stored.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "encoder/attention.h"
#include "math/aligned_buffer.h"

namespace lengthwise {

// Statistics of the scores s and the weights p of one head over n tokens. Scores are those that the softmax
// sees: divided by the temperature, with the position bias.
struct AttentionShape {
  // Of x_ij = s_ij - mean_j s_ij over all i and j; sigma_s^2 is the mean of x^2. Normal scores have skewness
  // and excess kurtosis 0; both are absent where sigma_s = 0.
  double sigma_s = 0;
  std::optional<double> skewness;
  std::optional<double> excess_kurtosis;
  double local_mass = 0;    // mean_i of the sum of p_ij over |i - j| <= local window
  double self_mass = 0;     // mean_i of p_ii
  double frobenius_hc = 0;  // ||(I - 11^T/n) A||_F
};

// B = (I - 11^T/n) A of one head, B_ij = p_ij - mean_i p_ij, ready to be multiplied with. Refers to the
// queries of `input`.
struct CentredAttention {
  AttentionInput input;
  AttentionShape shape;
  // g = A^T 1/n - 1/n, [n]: what B lacks of A - 11^T/n, which is B + 1 g^T. As B^T 1 = 0,
  // (A - 11^T/n)^T (A - 11^T/n) = B^T B + n g g^T.
  std::vector<double> above_uniform;

  // What the rows are recomputed from.
  AlignedBuffer<float> keys;
  AlignedBuffer<float> bias;
  const float* bias_origin = nullptr;  // the bias of distance 0; null: none
  AlignedBuffer<float> row_max;        // largest score of a query, in units of log 2
  AlignedBuffer<float> row_inverse;    // 1 / sum_j 2^(s_ij - max)
  AlignedBuffer<float> mean_weight;    // mean_i p_ij; zero for keys that fill the last panel
};

// One pass over the scores. Throws kBadCheckpoint, naming the query, for scores that are not finite.
CentredAttention MakeCentredAttention(const AttentionInput& input, std::size_t local_window);

// Vectors that ApplyGram multiplies at once: their products cost about what the scores and powers do.
inline constexpr std::size_t kGramBlock = 8;

// y = B^T B x, both [n x kGramBlock] by columns. One pass over the scores, in float32: the error of a column
// is about 1e-6 ||B||^2 ||x||.
void ApplyGram(const CentredAttention& attention, std::span<const double> x, std::span<double> y);

}  // namespace lengthwise
