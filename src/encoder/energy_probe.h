// How much of the token states differs from their mean, at each place of a layer: what each part of the layer
// does to it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "encoder/encoder.h"
#include "encoder/packed_batch.h"
#include "encoder/probe.h"

namespace lengthwise {

// An observer of one Run of the encoder over `batch`: fills `energies` of the probes, one a sequence. Both
// must outlive it. What attention and the feed-forward layer add is taken as the difference of the states
// after and before, in float, so it is exact to a rounding of the states.
class EnergyObserver {
 public:
  EnergyObserver(const PackedBatch& batch, std::size_t layers, std::size_t hidden,
                 std::span<TextProbe> probes);

  void operator()(LayerPlace place, std::size_t layer, const float* data);

 private:
  void Measure(LayerPlace place, std::size_t layer, const float* data);
  // The same of data - before_.
  void MeasureAdded(LayerPlace place, std::size_t layer, const float* data);
  void Remember(const float* data);

  const PackedBatch& batch_;
  std::size_t hidden_;
  std::span<TextProbe> probes_;
  std::vector<float> before_;  // [tokens x hidden]: what the next residual is added to
  std::vector<float> added_;
};

// Of states X [tokens x hidden]: ||HC[X]||_F^2 / n and ||mean row||^2 = ||DC[X]||_F^2 / n.
StateEnergy MeasureEnergy(const float* states, std::size_t tokens, std::size_t hidden);

}  // namespace lengthwise
