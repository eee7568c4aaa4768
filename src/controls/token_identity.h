// A pooled cosine as likeness of tokens of different texts over that of tokens of one text.
#pragma once

#include <cstddef>
#include <span>

#include <Eigen/Core>

#include "controls/interventions.h"
#include "statistics/resampled_value.h"
#include "statistics/row_matrix.h"

namespace lengthwise {

// Mean of states [tokens x hidden], each scaled to unit length first; one of zeros stays so.
void UnitMean(const float* states, std::size_t tokens, std::span<float> mean);

struct IdentityValues {
  ResampledValue pooled, cross, within, within_others;
};

// Of the unit means of texts of `tokens` tokens, a row a document.
IdentityValues IdentityValuesOf(const FloatRowMatrix& unit_means, std::size_t tokens,
                                const Eigen::MatrixXd& weights);

IdentityChange ChangeOf(const IdentityValues& from, const IdentityValues& to, double confidence,
                        std::size_t documents);

}  // namespace lengthwise
