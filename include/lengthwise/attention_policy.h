// A repair of attention, as a value: what a frozen model does differently with its scores and outputs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
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

// The scales of AttnScale that Check accepts: at -1 every token receives the mean of all.
inline constexpr float kLeastAttnScale = -1.0F;
inline constexpr float kMostAttnScale = 100.0F;

// A temperature by the number of tokens of a text (of a window), special tokens included. The default is 1 at
// every length.
struct LengthTemperature {
  struct Point {
    std::size_t tokens = 0;
    float temperature = 1.0F;
    bool operator==(const Point&) const = default;
  };
  // If not 0: ln base / ln n at n tokens, so that scores grow with ln n as if every text had `base` tokens
  // (Chiang and Cholak, arXiv 2202.12172); 1 where n is 1.
  std::size_t base = 0;
  // Else, if not empty: the temperatures at these lengths, which ascend; between them linear in ln n, beyond
  // them constant.
  std::vector<Point> points = {};

  bool IsIdentity() const { return base == 0 && points.empty(); }
  float At(std::size_t tokens) const;
  bool operator==(const LengthTemperature&) const = default;
};

// "none", "log:BASE", or "TOKENS:TAU,TOKENS:TAU,...". Throws kBadInput, naming the three, for anything else.
LengthTemperature ParseLengthTemperature(std::string_view text);
std::string FormatLengthTemperature(const LengthTemperature& temperature);

// Attention calibration (arXiv 2606.02737, after arXiv 2601.16934): in the last layers the tokens of a text
// are put into baskets by position, and every row of attention weights p becomes (1 - strength) p + strength
// p', p' being p scaled within each basket so that the baskets' weights are as their numbers of tokens. So no
// stretch of a text is attended to less for where it stands. There the row of the pooled token alone is
// calibrated; here those of all tokens are, since most models pool all. Texts of one basket stay as they are.
struct AttentionCalibration {
  float strength = 0.0F;     // from 0 (none) to 1 (full)
  std::size_t basket = 128;  // tokens; the last basket may have fewer
  float share = 0.5F;        // of the layers, from the last one back, rounded up

  bool IsIdentity() const { return strength == 0; }
  // Of a layer of so many.
  float At(std::size_t layer, std::size_t layers) const;
  bool operator==(const AttentionCalibration&) const = default;
};

// "none", or "STRENGTH", "STRENGTH:BASKET", "STRENGTH:BASKET:SHARE" (such as 0.5:128:0.5). Throws kBadInput,
// naming these, for anything else, and for numbers out of range.
AttentionCalibration ParseAttentionCalibration(std::string_view text);
std::string FormatAttentionCalibration(const AttentionCalibration& calibration);

// Attention scores q.k / sqrt(d) are divided by a temperature tau before the softmax. tau < 1 sharpens
// attention (TempScale, arXiv 2410.24200); tau = 1 leaves the model as it is.
struct AttentionPolicy {
  // Applies wherever `by_head` is empty.
  float temperature = 1.0F;
  // [layer][head], or [layer][1] for one value a layer. Empty: `temperature` everywhere.
  std::vector<std::vector<float>> by_head = {};
  // Of no effect in a model without a position bias.
  TemperatureReading reading = TemperatureReading::kScores;
  // A factor of every temperature.
  LengthTemperature by_length = {};
  // AttnScale (Wang, Zheng, Chen, Wang, arXiv 2203.05962): a head of attention A and values V gives
  // (1 + w) A V - w (mean row of V), which raises what differs between tokens over what they share. 0: as the
  // model has it. `attn_scale` applies wherever `attn_scale_by_head`, shaped as by_head, is empty.
  float attn_scale = 0.0F;
  std::vector<std::vector<float>> attn_scale_by_head = {};
  // Each token attends to the so many keys with the largest scores alone, and to those that tie with the
  // last of them. 0: to all.
  std::size_t top_k = 0;
  // Of the weights, before AttnScale.
  AttentionCalibration calibration = {};

  // At any length, but for by_length.
  float Temperature(std::size_t layer, std::size_t head) const;
  // In a text of so many tokens.
  float Temperature(std::size_t layer, std::size_t head, std::size_t tokens) const;
  float AttnScale(std::size_t layer, std::size_t head) const;

  bool HasAttnScale() const;

  // True if the policy changes nothing.
  bool IsIdentity() const;

  // Throws kBadInput, naming layer and head, unless every temperature and every scale lies between its two
  // limits above and lists, if given, have one row for each layer with 1 or `heads` values.
  void Check(std::size_t layers, std::size_t heads) const;
};

}  // namespace lengthwise
