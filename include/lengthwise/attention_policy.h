// A repair of attention, as a value: the temperature of each layer and head.
#pragma once

#include <cstddef>
#include <vector>

namespace lengthwise {

// Attention scores q.k / sqrt(d) are divided by a temperature tau before the softmax. tau < 1 sharpens attention
// (TempScale, arXiv 2410.24200); tau = 1 leaves the model as it is.
struct AttentionPolicy {
  // Applies wherever `by_head` is empty.
  float temperature = 1.0F;
  // [layer][head], or [layer][1] for one value a layer. Empty: `temperature` everywhere.
  std::vector<std::vector<float>> by_head;

  float Temperature(std::size_t layer, std::size_t head) const;

  // True if the policy changes nothing.
  bool IsIdentity() const;

  // Throws kBadInput unless every temperature is finite and > 0 and `by_head`, if given, has one row for each
  // layer with 1 or `heads` values.
  void Check(std::size_t layers, std::size_t heads) const;
};

}  // namespace lengthwise
