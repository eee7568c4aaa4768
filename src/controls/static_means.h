// What averaging alone does: means of word embeddings, as they are and with what all texts share taken away.
#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Core>

#include "controls/interventions.h"

namespace lengthwise {

// Of each of `lengths`, ascending; changes are from `frame.part`, which is one of them. `weights` as
// ResampleWeights makes them, of the documents.
std::vector<StaticMean> MeasureStaticMeans(const Session& embedder, const InterventionFrame& frame,
                                           const Eigen::MatrixXd& weights, double confidence);

}  // namespace lengthwise
