// Rotary positions of Llama's kin as config.json describes them: the base, and what stretches them
// (transformers' modeling_rope_utils).
#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "encoder/architectures/architectures.h"
#include "encoder/config_reader.h"
#include "encoder/rotary.h"

namespace lengthwise {
namespace {

// Llama 3's stretching: slow frequencies are divided by the factor, fast ones kept, and those between
// blended.
void StretchLlama3(const ConfigReader& scaling, Rotary& rotary) {
  scaling.CheckMembers({"rope_type", "type", "rope_theta", "factor", "low_freq_factor", "high_freq_factor",
                        "original_max_position_embeddings"});
  const double factor = scaling.Number("factor", 1);
  const double low = scaling.Number("low_freq_factor", 1);
  const double high = scaling.Number("high_freq_factor", 4);
  const double trained = scaling.Number("original_max_position_embeddings", 8192);
  for (float& frequency : rotary.frequencies) {
    const double turns = trained * double{frequency} / (2 * std::numbers::pi);  // over the trained length
    if (turns > high) continue;
    const double kept = turns < low ? 0.0 : (turns - low) / (high - low);
    frequency = static_cast<float>((1 - kept) * double{frequency} / factor + kept * double{frequency});
  }
}

// What cosines and sines are multiplied by (arXiv 2309.00071, section 3.4, with the two weights that DeepSeek
// added).
double YarnScale(const ConfigReader& scaling, double factor) {
  if (scaling.Has("attention_factor")) return scaling.Number("attention_factor", 1);
  const auto grown = [&](double weight) { return factor <= 1 ? 1.0 : 0.1 * weight * std::log(factor) + 1; };
  if (!scaling.Has("mscale") || !scaling.Has("mscale_all_dim")) return grown(1);
  return grown(scaling.Number("mscale", 1)) / grown(scaling.Number("mscale_all_dim", 1));
}

// YaRN (arXiv 2309.00071, section 3.2): components that turn `fast` times or more over the trained length
// keep their frequencies, those that turn `slow` times or less have them divided by the factor, and between
// the two a ramp over the components blends.
void StretchYarn(const ConfigReader& scaling, double base, double positions, Rotary& rotary) {
  scaling.CheckMembers({"rope_type", "type", "rope_theta", "factor", "original_max_position_embeddings",
                        "beta_fast", "beta_slow", "attention_factor", "mscale", "mscale_all_dim",
                        "truncate"});
  const double factor = scaling.RequiredNumber("factor");
  const double trained = scaling.Number("original_max_position_embeddings", positions);
  const auto width = static_cast<double>(2 * rotary.frequencies.size());
  const auto component = [&](double turns) {
    return width * std::log(trained / (turns * 2 * std::numbers::pi)) / (2 * std::log(base));
  };
  double first = component(scaling.Number("beta_fast", 32));
  double last = component(scaling.Number("beta_slow", 1));
  if (scaling.Flag("truncate", true)) {
    first = std::floor(first);
    last = std::ceil(last);
  }
  first = std::max(first, 0.0);
  last = std::min(last, width - 1);
  if (first == last) last += 0.001;  // as the reference does
  for (std::size_t i = 0; i < rotary.frequencies.size(); ++i) {
    const double ramp = std::clamp((static_cast<double>(i) - first) / (last - first), 0.0, 1.0);
    const double frequency{rotary.frequencies[i]};
    rotary.frequencies[i] = static_cast<float>(frequency / factor * ramp + frequency * (1 - ramp));
  }
  rotary.scale = static_cast<float>(YarnScale(scaling, factor));
}

}  // namespace

Rotary ReadRotary(const ConfigReader& config, std::size_t width, std::size_t positions) {
  const std::optional<ConfigReader> parameters = config.Object("rope_parameters");
  if (parameters) config.RequireNone("rope_scaling");
  const double base = (parameters ? *parameters : config).Number("rope_theta", 10000);
  Rotary rotary = MakeRotary(base, width);
  const std::optional<ConfigReader> scaling = parameters ? parameters : config.Object("rope_scaling");
  if (!scaling) return rotary;
  const std::string type = scaling->Text("rope_type", scaling->Text("type", "default"));
  if (type == "default") {
    scaling->CheckMembers({"rope_type", "type", "rope_theta"});
  } else if (type == "linear") {
    scaling->CheckMembers({"rope_type", "type", "rope_theta", "factor"});
    const auto factor = static_cast<float>(scaling->Number("factor", 1));
    for (float& frequency : rotary.frequencies) frequency /= factor;
  } else if (type == "llama3") {
    StretchLlama3(*scaling, rotary);
  } else if (type == "yarn") {
    StretchYarn(*scaling, base, static_cast<double>(positions), rotary);
  } else {
    scaling->RefuseOther("rope_type", type, "default, linear, llama3, yarn");
  }
  return rotary;
}

}  // namespace lengthwise
