// A repair of attention, as a value: the temperature of each layer and head.
#pragma once

#include <cstddef>
#include <vector>

namespace lengthwise {

// The temperatures that Check accepts. Beyond them scores overflow float32, or all differences between them
// are lost.
inline constexpr float kLeastTemperature = 1e-3F;
inline constexpr float kMostTemperature = 1e3F;

// What a temperature divides in a model that adds a position bias to its scores. They differ: a bias that is
// divided too sharpens the preference for near tokens.
enum class TemperatureReading {
  kScores,  // (q.k / sqrt(d) + bias) / tau, as the reference code of TempScale does for T5
  kLogits,  // q.k / (tau sqrt(d)) + bias
};

// Attention scores q.k / sqrt(d) are divided by a temperature tau before the softmax. tau < 1 sharpens
// attention (TempScale, arXiv 2410.24200); tau = 1 leaves the model as it is.
struct AttentionPolicy {
  // Applies wherever `by_head` is empty.
  float temperature = 1.0F;
  // [layer][head], or [layer][1] for one value a layer. Empty: `temperature` everywhere.
  std::vector<std::vector<float>> by_head = {};
  // Of no effect in a model without a position bias.
  TemperatureReading reading = TemperatureReading::kScores;

  float Temperature(std::size_t layer, std::size_t head) const;

  // True if the policy changes nothing.
  bool IsIdentity() const;

  // Throws kBadInput, naming layer and head, unless every temperature lies between the two limits above and
  // `by_head`, if given, has one row for each layer with 1 or `heads` values.
  void Check(std::size_t layers, std::size_t heads) const;
};

}  // namespace lengthwise
