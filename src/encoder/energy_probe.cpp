#include "encoder/energy_probe.h"

#include <numeric>

namespace lengthwise {

StateEnergy MeasureEnergy(const float* states, std::size_t tokens, std::size_t hidden) {
  const auto n = static_cast<double>(tokens);
  std::vector<double> mean(hidden, 0.0);
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t c = 0; c < hidden; ++c) mean[c] += states[t * hidden + c];
  }
  for (double& component : mean) component /= n;
  // Column sums, which the compiler can keep in vectors.
  std::vector<double> squares(hidden, 0.0);
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t c = 0; c < hidden; ++c) {
      const double difference = states[t * hidden + c] - mean[c];
      squares[c] += difference * difference;
    }
  }
  StateEnergy energy;
  energy.hc = std::accumulate(squares.begin(), squares.end(), 0.0) / n;
  energy.dc = std::inner_product(mean.begin(), mean.end(), mean.begin(), 0.0);
  return energy;
}

EnergyObserver::EnergyObserver(const PackedBatch& batch, std::size_t layers, std::size_t hidden,
                               std::span<TextProbe> probes)
    : batch_(batch), hidden_(hidden), probes_(probes) {
  for (TextProbe& probe : probes_) probe.energies.assign(layers * kEnergyPlaces, StateEnergy{});
}

void EnergyObserver::operator()(LayerPlace place, std::size_t layer, const float* data) {
  if (place == LayerPlace::kQkv || place == LayerPlace::kContext) return;
  if (place == LayerPlace::kAttentionResidual) MeasureAdded(LayerPlace::kAttention, layer, data);
  if (place == LayerPlace::kFeedForwardResidual) MeasureAdded(LayerPlace::kFeedForward, layer, data);
  Measure(place, layer, data);
  if (place == LayerPlace::kInput || place == LayerPlace::kAttentionNorm) Remember(data);
}

void EnergyObserver::Measure(LayerPlace place, std::size_t layer, const float* data) {
  for (std::size_t s = 0; s < batch_.sequences(); ++s) {
    probes_[s].energies[layer * kEnergyPlaces + static_cast<std::size_t>(place)] =
        MeasureEnergy(data + batch_.offsets[s] * hidden_, batch_.length(s), hidden_);
  }
}

void EnergyObserver::MeasureAdded(LayerPlace place, std::size_t layer, const float* data) {
  added_.resize(before_.size());
  for (std::size_t i = 0; i < before_.size(); ++i) added_[i] = data[i] - before_[i];
  Measure(place, layer, added_.data());
}

void EnergyObserver::Remember(const float* data) {
  before_.assign(data, data + batch_.tokens() * hidden_);
}

}  // namespace lengthwise
